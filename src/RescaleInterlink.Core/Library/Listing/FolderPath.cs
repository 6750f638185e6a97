using System.Text;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Library.Listing;

/// <summary>
/// How a folder on the platform is written as a path: <c>/My Library/a/b</c>, or <c>id/a/b</c> beneath a folder known by its id. A slash, a backslash or a dot that is part of a name is written
/// with a backslash in front where it would mean something else: <c>\/</c>, <c>\\</c>, <c>\.</c>. Any other backslash stands for itself.
/// </summary>
public static class FolderPath
{
    /// <summary>Text with a slash in it is a path: from the top, or from a folder whose id stands before the first slash. No id has a slash.</summary>
    public static bool IsPath(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains('/', StringComparison.Ordinal);
    }

    /// <summary>What the path begins at, and the names from there. Empty names and <c>.</c> are dropped, <c>..</c> goes one up.</summary>
    /// <returns>An empty id for a path from the top.</returns>
    /// <exception cref="RescaleException">FolderPathInvalid: it is no path, or leads above where it begins.</exception>
    public static (string Id, IReadOnlyList<string> Names) Parse(string path)
    {
        if (!IsPath(path))
            throw Invalid(path, "it has no slash");
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var names = new List<string>();
        foreach (var (name, isLiteral) in Segments(path, slash + 1))
        {
            if (name.Length == 0 || (name == "." && !isLiteral))
                continue;
            if (name != ".." || isLiteral)
                names.Add(name);
            else if (names.Count == 0)
                throw Invalid(path, "it leads above where it begins");
            else
                names.RemoveAt(names.Count - 1);
        }

        return (path[..slash], names);
    }

    /// <summary>The path of something in a folder. What has no name has no path by names: its id stands for it, as for any folder that is known by its
    /// id alone; an empty name would make it the folder that holds it.</summary>
    public static string Join(string folderPath, string name, string id)
    {
        ArgumentNullException.ThrowIfNull(folderPath);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0)
            return id;
        return folderPath.EndsWith('/') && folderPath.Length == 1 ? "/" + Escape(name) : $"{folderPath}/{Escape(name)}";
    }

    /// <summary>A name as it stands in a path: <see cref="Parse"/> gives it back.</summary>
    public static string Escape(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name is "." or "..")
            return "\\" + name;
        if (!name.Contains('/', StringComparison.Ordinal) && !name.Contains('\\', StringComparison.Ordinal))
            return name;
        return name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("/", "\\/", StringComparison.Ordinal);
    }

    /// <returns>Each name, and whether any of it was written with a backslash, so that its dots are no steps.</returns>
    private static IEnumerable<(string Name, bool IsLiteral)> Segments(string path, int start)
    {
        var name = new StringBuilder();
        var isLiteral = false;
        for (var i = start; i < path.Length; i++)
        {
            if (path[i] == '\\' && i + 1 < path.Length && path[i + 1] is '/' or '\\' or '.')
            {
                name.Append(path[++i]);
                isLiteral = true;
            }
            else if (path[i] == '/')
            {
                yield return (name.ToString(), isLiteral);
                name.Clear();
                isLiteral = false;
            }
            else
            {
                name.Append(path[i]);
            }
        }

        yield return (name.ToString(), isLiteral);
    }

    internal static RescaleException Invalid(string path, string why) => new(
        ErrorIds.FolderPathInvalid, ErrorKind.InvalidInput, $"'{path}' is not the path of a folder: {why}.",
        "Write it as /My Library/folder/folder or /My Jobs/folder, or give the folder's id.");
}
