using System.Text.Json;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>Reads and writes descriptors: small JSON files, replaced whole.</summary>
internal static class DescriptorFiles
{
    private const string DamagedSuffix = ".damaged";

    public static void Write<T>(string path, T descriptor)
    {
        PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
        PrivateFiles.Replace(path, JsonSerializer.SerializeToUtf8Bytes(descriptor));
    }

    /// <summary>
    /// All descriptors below a folder. Half written files of a killed process are deleted. One that cannot be read, or that
    /// <paramref name="isWhole"/> refuses (only a power failure makes such), is set aside and named in <paramref name="damaged"/>.
    /// </summary>
    public static List<T> ReadAll<T>(string folder, string pattern, Func<T, bool> isWhole, List<string> damaged)
    {
        var found = new List<T>();
        foreach (var file in Directory.GetFiles(folder, "*" + PrivateFiles.TemporarySuffix, SearchOption.AllDirectories)) File.Delete(file);
        foreach (var file in Directory.GetFiles(folder, pattern, SearchOption.AllDirectories))
        {
            if (TryRead<T>(file) is { } descriptor && isWhole(descriptor))
            {
                found.Add(descriptor);
                continue;
            }

            File.Move(file, file + DamagedSuffix, overwrite: true);
            damaged.Add(file + DamagedSuffix);
        }

        return found;
    }

    /// <summary>Whether descriptors lie below a folder that were set aside and not yet taken away by anyone.</summary>
    public static bool AnyDamaged(string folder) => Directory.EnumerateFiles(folder, "*" + DamagedSuffix, SearchOption.AllDirectories).Any();

    /// <summary>One descriptor; the default value when it is no valid JSON.</summary>
    public static T? TryRead<T>(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(file));
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
