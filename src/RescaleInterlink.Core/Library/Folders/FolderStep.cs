using RescaleInterlink.Errors;

namespace RescaleInterlink.Library.Folders;

/// <summary>What the plan of a folder's transfer says next. Steps come while the folder is still being listed.</summary>
public abstract record FolderStep
{
    /// <summary>A folder that is there at the other end, or would be if more than the plan was wanted.</summary>
    /// <param name="RelativePath">Names separated by <c>/</c>; empty for the top.</param>
    /// <param name="Place">Id on the platform, or local path; null when it would be made on the platform.</param>
    public sealed record FolderReady(string RelativePath, string? Place, bool IsNew) : FolderStep;

    /// <summary>A file or folder that cannot take part, with all beneath it.</summary>
    /// <param name="Target">Local path, or the id of a folder or file on the platform.</param>
    public sealed record Failed(string Target, RescaleException Error) : FolderStep;

    /// <summary>A file that is not reached because its folder failed, which was said before.</summary>
    public sealed record NotReached(string Target) : FolderStep;

    /// <summary>Something that is left out by rule.</summary>
    public sealed record LeftOut(string Text, bool IsWarning) : FolderStep;
}

/// <summary>What is going to happen to a file, as far as can be told without reading it.</summary>
public enum PlannedAction
{
    Transfer,

    /// <summary>It is there with the same length; only its hash tells whether it is the same.</summary>
    Compare,

    Replace,
    Rename,
    Skip,

    /// <summary>An error: the name is taken.</summary>
    Refuse,
}

/// <summary>What happened to a file.</summary>
public enum FileOutcome
{
    Transferred,

    /// <summary>The same content was there already.</summary>
    Identical,

    /// <summary>Something of this name was there already.</summary>
    Skipped,
}
