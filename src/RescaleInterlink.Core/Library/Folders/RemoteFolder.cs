using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Folders;

/// <summary>A file that lies in a folder on the platform already; the platform lets several have one name.</summary>
internal sealed record ExistingFile(string Id, long? Length, string? Sha512, ExistingFile? SameName);

/// <summary>A folder on the platform that files are sent to, with what was in it before.</summary>
internal sealed class RemoteFolder
{
    private static readonly Dictionary<string, ExistingFile> NoFiles = [];
    private static readonly Dictionary<string, string> NoFolders = [];

    private RemoteFolder(string? id, bool isNew, Dictionary<string, ExistingFile> files, Dictionary<string, string> folders)
        => (Id, IsNew, Files, Folders) = (id, isNew, files, folders);

    /// <summary>One that the user did not want made: nothing goes into it.</summary>
    public static RemoteFolder Declined { get; } = New(null);

    /// <summary>Null when it was not made, because only the plan is wanted.</summary>
    public string? Id { get; }

    public bool IsNew { get; }

    /// <summary>By name, which counts with its case.</summary>
    public IReadOnlyDictionary<string, ExistingFile> Files { get; }

    /// <summary>Ids by name.</summary>
    public IReadOnlyDictionary<string, string> Folders { get; }

    /// <summary>One that was just made and so is empty; null: one that would be made.</summary>
    public static RemoteFolder New(string? id) => new(id, isNew: true, NoFiles, NoFolders);

    public static async Task<RemoteFolder> LoadAsync(FoldersClient client, string id, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, ExistingFile>(StringComparer.Ordinal);
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var entry in client.ListContentsAsync(id, cancellationToken).ConfigureAwait(false))
        {
            var item = entry.Item;
            if (entry.Type == "folder")
                folders.TryAdd(item.Name, item.Id);
            else if (entry.Type == "file" && !item.IsDeleted)
                files[item.Name] = new ExistingFile(item.Id, item.DecryptedSize, FileSecrets.Sha512(item), files.GetValueOrDefault(item.Name));
        }

        return new RemoteFolder(id, isNew: false, files, folders);
    }
}
