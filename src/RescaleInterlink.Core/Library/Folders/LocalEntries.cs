using RescaleInterlink.Errors;

namespace RescaleInterlink.Library.Folders;

/// <summary>A folder on disk that is being walked.</summary>
/// <param name="Name">Of the folder itself.</param>
/// <param name="RelativePath">From the top, names separated by <c>/</c>; empty for the top.</param>
/// <param name="Path">Full path, as it was reached.</param>
/// <param name="RealPath">Where it really lies.</param>
/// <param name="ThroughLink">It, or a folder it was reached through, is a link.</param>
internal sealed record LocalFolder(LocalFolder? Parent, string Name, string RelativePath, string Path, string RealPath, bool ThroughLink, TreeVerdict Verdict)
{
    public string PathOf(string name) => RelativePath.Length == 0 ? name : $"{RelativePath}/{name}";

    // Every folder is itself and nothing else; comparing the whole chain above would be slow.
    public bool Equals(LocalFolder? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>Something that a walk over a folder meets.</summary>
internal abstract record LocalEntry
{
    /// <summary>A folder, before anything in it.</summary>
    public sealed record FolderFound(LocalFolder Folder) : LocalEntry;

    /// <param name="Length">Bytes when it was met.</param>
    public sealed record FileFound(LocalFolder Folder, string Name, string Path, long Length) : LocalEntry
    {
        public string RelativePath => Folder.PathOf(Name);
    }

    /// <summary>Something that cannot be sent.</summary>
    public sealed record Fault(string Path, RescaleException Error) : LocalEntry;

    /// <summary>Something that is left out by rule.</summary>
    public sealed record LeftOut(string Text, bool IsWarning) : LocalEntry;
}
