namespace RescaleInterlink.Pipelines.Tables;

/// <summary>A folder of which one job is made.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Number">Decimal digits without leading zeros: the first number in the folder's name, else its place in the list.</param>
/// <param name="Part">What tells it from folders of the same name elsewhere: the part directory, or the folders that a nested pattern
/// found above it; empty when there is nothing to tell.</param>
public sealed record RunFolder(string Path, string Number, string Part)
{
    public string Name => System.IO.Path.GetFileName(Path);
}

/// <summary>Where run folders are looked for, and which are taken (interop files 5).</summary>
public sealed record RunFolderQuery
{
    /// <summary>Pattern of the folders, names separated by <c>/</c> (on Windows also <c>\</c>): <c>Run_*</c>, or nested <c>Project_*/Run_*</c>.</summary>
    public required string Pattern { get; init; }

    /// <summary>Full path that the pattern starts at. An absolute pattern starts at its own.</summary>
    public required string Root { get; init; }

    /// <summary>Full paths in place of <see cref="Root"/>: each is searched, and its name becomes part of the job names.</summary>
    public IReadOnlyList<string> PartDirectories { get; init; } = [];

    /// <summary>Relative path beneath the root, or beneath each part directory, in which the pattern starts; empty for none.</summary>
    public string Subpath { get; init; } = "";

    /// <summary>Only folders that hold a file of such a name, at any depth, are taken; null: all.</summary>
    public string? ValidationPattern { get; init; }

    /// <summary>Number of the first folder whose name has none.</summary>
    public int StartIndex { get; init; } = 1;

    /// <summary>Run_2 before Run_10; else byte by byte, as the Go tool has it.</summary>
    public bool NaturalOrder { get; init; }
}
