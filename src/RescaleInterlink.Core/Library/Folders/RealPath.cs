namespace RescaleInterlink.Library.Folders;

/// <summary>Where a path really leads, with the links and junctions in all of its names followed; .NET follows only those of its last name.</summary>
internal static class RealPath
{
    // As many as Linux follows.
    private const int MostLinks = 40;

    /// <param name="path">A full path.</param>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Of(string path) => Of(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), MostLinks);

    private static string Of(string path, int linksLeft)
    {
        if (Path.GetDirectoryName(path) is not { } above)
            return path;
        var here = Path.Combine(Of(above, linksLeft), Path.GetFileName(path));
        if (new DirectoryInfo(here).ResolveLinkTarget(returnFinalTarget: true) is not { } target)
            return here;
        return linksLeft > 0
            ? Of(Path.TrimEndingDirectorySeparator(target.FullName), linksLeft - 1)
            : throw new IOException($"The links of '{path}' lead in a circle.");
    }
}
