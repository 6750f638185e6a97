using RescaleInterlink.Errors;

namespace RescaleInterlink.Archiving;

/// <summary>The folder of a job that is archived: its directory, or a sub-path inside it.</summary>
public static class ArchiveFolder
{
    /// <summary>Full path of <paramref name="subpath"/> in <paramref name="directory"/>; it need not exist.</summary>
    /// <param name="subpath">Relative, without <c>..</c>; empty is the directory itself. Both kinds of slash are taken.</param>
    /// <exception cref="RescaleException">JobSpecInvalid when the sub-path could leave the directory.</exception>
    public static string Resolve(string directory, string? subpath)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (string.IsNullOrWhiteSpace(subpath))
            return root;

        var segments = subpath.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        var isRooted = subpath[0] is '/' or '\\' || Path.IsPathRooted(subpath) || (segments.Length > 0 && segments[0].EndsWith(':'));
        if (isRooted || segments.Contains(".."))
            throw new RescaleException(ErrorIds.JobSpecInvalid, ErrorKind.InvalidInput,
                $"The sub-path '{subpath}' does not stay inside '{root}'.",
                "Give a relative path without '..'.");
        var inner = segments.Where(segment => segment != ".").ToArray();
        return inner.Length == 0 ? root : Path.Combine([root, .. inner]);
    }
}
