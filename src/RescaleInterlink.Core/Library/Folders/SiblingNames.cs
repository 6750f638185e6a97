using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Folders;

/// <summary>The local name of one of a folder's entries, or why it cannot have any.</summary>
/// <param name="Name">Null exactly when there is an error.</param>
internal sealed record SiblingName(FolderEntry Entry, string? Name, RescaleException? Error)
{
    public bool IsFolder => Entry.Type == "folder";
}

/// <summary>
/// Local names for all that lies in one folder on the platform, so that no two are one (interop files 10). Where several files, or several
/// folders, would be one, each of them gets its id into its name; a file that would be a folder becomes <c>name.file</c>.
/// The names depend on the folder's contents alone, so that a later run finds its files again.
/// </summary>
internal static class SiblingNames
{
    /// <param name="windows">Which names are refused.</param>
    public static IReadOnlyList<SiblingName> Assign(IReadOnlyList<FolderEntry> entries, StringComparison comparison, bool windows)
    {
        var comparer = StringComparer.FromComparison(comparison);
        var names = entries.Select(entry => Judge(entry, windows)).ToArray();
        var files = Count(names.Where(static n => !n.IsFolder), comparer);
        var folders = Count(names.Where(static n => n.IsFolder), comparer);
        bool IsPlain(SiblingName name) => name.IsFolder ? folders[name.Name!] == 1 : files[name.Name!] == 1 && !folders.ContainsKey(name.Name!);
        var taken = new HashSet<string>(names.Where(n => n.Name is not null && IsPlain(n)).Select(static n => n.Name!), comparer);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i] is { Name: { } name } entry && !IsPlain(entry))
                names[i] = entry with { Name = Free(Other(entry, name, files), entry.IsFolder, taken) };
        }

        return names;
    }

    private static SiblingName Judge(FolderEntry entry, bool windows)
        => SafeFileName.Fault(entry.Item.Name, windows) is { } fault
            ? new SiblingName(entry, null, SafeFileName.Unsafe(entry.Item.Name, fault))
            : new SiblingName(entry, entry.Item.Name, null);

    private static Dictionary<string, int> Count(IEnumerable<SiblingName> names, StringComparer comparer)
    {
        var count = new Dictionary<string, int>(comparer);
        foreach (var name in names)
        {
            if (name.Name is not null)
                count[name.Name] = count.GetValueOrDefault(name.Name) + 1;
        }

        return count;
    }

    private static string Other(SiblingName entry, string name, Dictionary<string, int> files)
        => entry.IsFolder ? $"{name}_{LocalNames.SafeId(entry.Entry.Item.Id)}"
            : files[name] > 1 ? LocalNames.WithId(name, entry.Entry.Item.Id)
            : name + ".file";

    private static string Free(string name, bool isFolder, HashSet<string> taken)
    {
        var free = name;
        for (var number = NumberedName.First; !taken.Add(free); number++)
            free = isFolder ? NumberedName.OfFolder(name, number) : NumberedName.OfFile(name, number);
        return free;
    }
}
