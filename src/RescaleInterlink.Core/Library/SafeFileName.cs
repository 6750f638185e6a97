using System.Buffers;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;

namespace RescaleInterlink.Library;

/// <summary>Names that come from a server and become local paths (interop files 10).</summary>
public static class SafeFileName
{
    private static readonly HashSet<string> DeviceNames = new(
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", .. Enumerable.Range(1, 9).SelectMany(static n => new[] { $"COM{n}", $"LPT{n}" }), "COM\u00B9", "COM\u00B2", "COM\u00B3", "LPT\u00B9", "LPT\u00B2", "LPT\u00B3"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly SearchValues<char> WindowsRefuses = SearchValues.Create(":*?\"<>|");

    /// <summary>The name itself when it is safe on this system.</summary>
    /// <exception cref="RescaleException">UnsafeFileName.</exception>
    public static string Require(string? name) => Fault(name, OperatingSystem.IsWindows()) is { } fault ? throw Unsafe(name, fault) : name!;

    /// <summary>A path for <paramref name="relativePath"/> that lies inside <paramref name="root"/>, else for <paramref name="name"/> alone.</summary>
    /// <exception cref="RescaleException">UnsafeFileName when neither can be used.</exception>
    public static string Resolve(string root, string? relativePath, string name)
    {
        var folder = Path.GetFullPath(root);
        return Beneath(folder, relativePath) ?? Path.Combine(folder, Require(name));
    }

    /// <summary>
    /// Names that are given to the platform: what the Go tool accepts, so that it can fetch them, but no control characters: no download
    /// takes them, and in an object's key some make the storage unable to list its container.
    /// </summary>
    internal static void RequirePlain(string? name)
    {
        if (PlainFault(name) is { } fault)
            throw Unsafe(name, fault);
    }

    internal static string? Fault(string? name, bool windows)
    {
        if (PlainFault(name) is { } fault)
            return fault;
        if (name == ".")
            return "it names a folder";
        if (!windows)
            return null;
        if (name!.AsSpan().ContainsAny(WindowsRefuses))
            return "it has a character that Windows does not allow";
        if (name![^1] is '.' or ' ')
            return "Windows drops the dot or space at its end";
        // "nul.txt" and "NUL .txt" are the device too.
        var stem = name.Split('.')[0].TrimEnd(' ');
        return DeviceNames.Contains(stem) ? "it is the name of a device" : null;
    }

    private static string? PlainFault(string? name) => name switch
    {
        null or "" => "it is empty",
        ".." => "it names a folder",
        _ when name.Any(char.IsControl) => "it has a control character",
        _ when name.AsSpan().ContainsAny('/', '\\') => "it has a path separator",
        _ => null,
    };

    /// <returns>Null when the relative path is missing, unsafe, or leads out of the folder, also by a link that lies in it.</returns>
    private static string? Beneath(string folder, string? relativePath)
    {
        if (string.IsNullOrEmpty(relativePath) || relativePath[0] == '/')
            return null;
        var segments = relativePath.Split('/').Where(static s => s is not ("" or ".")).ToArray();
        if (segments.Length == 0 || relativePath[^1] == '/' || segments.Any(static s => Fault(s, OperatingSystem.IsWindows()) is not null))
            return null;
        var place = folder;
        foreach (var segment in segments[..^1])
        {
            place = Path.Combine(place, segment);
            if (LeadsOut(folder, place))
                return null;
        }

        return Path.Combine(place, segments[^1]);
    }

    /// <summary>Whether a place is a link that leads out of the folder.</summary>
    internal static bool LeadsOut(string folder, string place)
    {
        var entry = new DirectoryInfo(place);
        if (entry.LinkTarget is null)
            return false;
        try
        {
            // Really: the folder may have been reached through a link, and a target's own path may lead through another.
            var target = Path.TrimEndingDirectorySeparator(RealPath.Of(place)) + Path.DirectorySeparatorChar;
            return !target.StartsWith(Path.TrimEndingDirectorySeparator(RealPath.Of(folder)) + Path.DirectorySeparatorChar, LocalNames.Comparison);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A circle of links leads nowhere; and nobody knows where one leads that cannot be read.
            return true;
        }
    }

    internal static RescaleException Unsafe(string? name, string fault) => new(
        ErrorIds.UnsafeFileName,
        ErrorKind.InvalidInput,
        $"The name '{Shown(name)}' cannot be a file name: {fault}.",
        "Give it another name where it is.");

    private static string Shown(string? name)
    {
        var shown = new string((name ?? "").Select(static c => char.IsControl(c) ? '?' : c).Take(100).ToArray());
        return shown.Length < (name?.Length ?? 0) ? shown + "..." : shown;
    }
}
