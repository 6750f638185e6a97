using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Library;

/// <summary>A folder of its own in the library of a sandbox, in which files are records of one stored object: quick to make by the thousand.</summary>
internal sealed class Shelf
{
    private readonly PlatformFile _seed;

    private Shelf(RescaleSession session, PlatformFile seed, string id, string name) => (Session, _seed, Id, Name) = (session, seed, id, name);

    public RescaleSession Session { get; }
    public RescaleClient Client => Session.Client;

    /// <summary>Of the folder.</summary>
    public string Id { get; }

    public string Name { get; }
    public string Path => "/My Library/" + Name;

    /// <summary>A record of the object that lies outside the folder.</summary>
    public PlatformFile Seed => _seed;

    public static async Task<Shelf> MakeAsync(RescaleSession session)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("seed"), "seed");
        using var source = new LocalFileSource(folder.File("seed"));
        await using var engine = session.CreateEngine(new TransferOptions());
        var sent = await session.Library.UploadAsync(engine, source, "seed", null, default);
        var name = "shelf " + Guid.NewGuid().ToString("n");
        var id = await session.Client.Folders.CreateAsync((await session.Client.Users.GetRootFoldersAsync(default)).MyLibrary, name, default);
        return new Shelf(session, await session.Client.Files.GetAsync(sent.Id, default), id, name);
    }

    public Task<string> MakeFolderAsync(string name, string? parentId = null) => Client.Folders.CreateAsync(parentId ?? Id, name, default);

    public async Task<string> AddAsync(string name, string? folderId = null, long? size = null)
        => (await Client.Files.RegisterAsync(
            new FileRegistration(name, folderId ?? Id, _seed.EncodedEncryptionKey!, _seed.PathParts!, _seed.Storage!, size ?? _seed.DecryptedSize!.Value, _seed.FileChecksums[0].FileHash), default)).Id;

    /// <summary>Names of what lies in a folder, sorted.</summary>
    public async Task<string[]> NamesAsync(string? folderId = null)
        => [.. (await Client.Folders.ListContentsAsync(folderId ?? Id, default).ToListAsync()).Select(static entry => entry.Item.Name).Order(StringComparer.Ordinal)];

    public async Task<FolderEntry[]> TrashAsync() => await Client.Trash.ListAsync(default).ToArrayAsync();
}
