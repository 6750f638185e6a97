using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>A different local path for every output of a job (interop files 10).</summary>
internal static class OutputPaths
{
    /// <summary>Output names differ only in case on a platform that minds it; the local file system may not.</summary>
    private static readonly StringComparer PathComparer =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>Keeps relative paths. Files that meet at one path all become <c>name_{fileId}.ext</c>; a file at whose path
    /// another one needs a folder gets the suffix <c>.file</c>.</summary>
    /// <returns>In the order given; an unsafe name has an error instead of a path.</returns>
    public static List<(PlatformFile File, string? Path, RescaleException? Error)> Plan(string root, IReadOnlyList<PlatformFile> files)
    {
        var plan = new List<(PlatformFile File, string? Path, RescaleException? Error)>(files.Count);
        var uses = new Dictionary<string, int>(PathComparer);
        var folders = new HashSet<string>(PathComparer);
        foreach (var file in files)
        {
            try
            {
                var path = SafeFileName.Resolve(root, file.RelativePath, file.Name);
                plan.Add((file, path, null));
                uses[path] = uses.GetValueOrDefault(path) + 1;
                for (var folder = Path.GetDirectoryName(path); folder is not null && folder.Length > root.Length && folders.Add(folder);)
                    folder = Path.GetDirectoryName(folder);
            }
            catch (RescaleException exception)
            {
                plan.Add((file, null, exception));
            }
        }

        for (var i = 0; i < plan.Count; i++)
        {
            if (plan[i] is not (var file, { } path, _))
                continue;
            if (uses[path] > 1)
                path = Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}_{file.Id}{Path.GetExtension(path)}");
            if (folders.Contains(path))
                path += ".file";
            plan[i] = (file, path, null);
        }

        return plan;
    }
}
