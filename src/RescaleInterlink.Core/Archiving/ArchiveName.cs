using System.Text;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Archiving;

/// <summary>Archive names as the Go tool makes them (interop files 8).</summary>
public static class ArchiveName
{
    /// <summary><c>{parent}_{base}_{FNV-1a 32 of the absolute path}.tar[.gz]</c>; without the parent when that is the root.</summary>
    /// <param name="absoluteFolder">The folder that is archived, a sub-path applied.</param>
    /// <exception cref="RescaleException">JobSpecInvalid when the folder is a root and so has no name.</exception>
    public static string For(string absoluteFolder, bool gzip)
    {
        var folder = Path.TrimEndingDirectorySeparator(absoluteFolder);
        var name = Path.GetFileName(folder);
        if (name.Length == 0)
            throw new RescaleException(ErrorIds.JobSpecInvalid, ErrorKind.InvalidInput,
                $"'{absoluteFolder}' is the root of a file system; it cannot be archived as a job's folder.",
                "Name a folder beneath it.");

        var parent = Path.GetDirectoryName(folder);
        var isBelowRoot = parent is null || parent == Path.GetPathRoot(folder);
        var prefix = isBelowRoot ? "" : Path.GetFileName(parent) + "_";
        return $"{prefix}{name}_{Fnv1a32(Encoding.UTF8.GetBytes(folder)):x8}{(gzip ? ".tar.gz" : ".tar")}";
    }

    internal static uint Fnv1a32(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var value in bytes)
            hash = (hash ^ value) * 16777619u;
        return hash;
    }
}
