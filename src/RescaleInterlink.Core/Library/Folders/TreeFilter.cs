using RescaleInterlink.Errors;

namespace RescaleInterlink.Library.Folders;

/// <summary>Which files and folders beneath a folder take part. An exclusion wins over an inclusion.</summary>
public sealed class TreeFilter
{
    private readonly PathGlob[] _include;
    private readonly PathGlob[] _exclude;

    /// <param name="include">What takes part, with all beneath it; none: everything.</param>
    /// <param name="exclude">What does not, with all beneath it.</param>
    /// <exception cref="RescaleException">TransferOptionInvalid: one of them is no pattern.</exception>
    public TreeFilter(IEnumerable<string>? include = null, IEnumerable<string>? exclude = null)
    {
        _include = [.. (include ?? []).Select(static pattern => new PathGlob(pattern))];
        _exclude = [.. (exclude ?? []).Select(static pattern => new PathGlob(pattern))];
    }

    public static TreeFilter Everything { get; } = new();

    /// <summary>What an entry at the top inherits.</summary>
    internal TreeVerdict Top => _include.Length == 0 ? TreeVerdict.Taken : TreeVerdict.Passed;

    /// <param name="above">The verdict about the folder it lies in.</param>
    internal TreeVerdict Judge(string relativePath, bool isFolder, TreeVerdict above)
    {
        if (Array.Exists(_exclude, glob => glob.Matches(relativePath, isFolder)))
            return TreeVerdict.LeftOut;
        if (above == TreeVerdict.Taken || Array.Exists(_include, glob => glob.Matches(relativePath, isFolder)))
            return TreeVerdict.Taken;
        return isFolder ? TreeVerdict.Passed : TreeVerdict.LeftOut;
    }
}

internal enum TreeVerdict
{
    /// <summary>It does not take part, nor does anything beneath it.</summary>
    LeftOut,

    /// <summary>A folder that takes part only if something beneath it does.</summary>
    Passed,

    /// <summary>It takes part, and so does what lies beneath it unless that is excluded.</summary>
    Taken,
}
