using RescaleInterlink.Core.Tests.Library;
using RescaleInterlink.Core.Tests.Platform.Contract;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>Every call about files, folders and the Trash (interop API 4 and 5), against the real sandbox.</summary>
public class LibraryContractTests(SharedSandbox shared)
{
    [Fact]
    [Endpoint("F1", "F2")]
    public async Task A_file_is_registered_and_got_with_all_that_a_download_needs()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var file = await session.Client.Files.GetAsync(await shelf.AddAsync("a file"), default);
        Assert.Equal(("a file", shelf.Id, 4L), (file.Name, file.FolderId, file.DecryptedSize));
        Assert.True(file is { IsUploaded: true, IsDeleted: false, EncodedEncryptionKey.Length: 44, PathParts.Path: not null, Storage.StorageType: not null });
        Assert.Equal("sha512", Assert.Single(file.FileChecksums).HashFunction);
        await FailsWith(ErrorIds.FileNotFound, session.Client.Files.GetAsync("nosuch", default));
        await FailsWith(ErrorIds.RequestRejected, shelf.AddAsync("a file", "nosuch"));
    }

    [Fact]
    [Endpoint("F4")]
    public async Task Files_are_listed_newest_first_over_all_pages_and_without_those_in_the_Trash()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var made = new List<string> { shelf.Seed.Id };
        for (var i = 0; i < 60; i++)
            made.Insert(0, await shelf.AddAsync($"{i}"));
        Assert.Equal(made, await IdsAsync(session.Client.Files.ListAsync(7, default)));
        await session.Client.Folders.TrashAsync(shelf.Id, [made[0]], [], default);
        Assert.Equal(made.Skip(1), await IdsAsync(session.Client.Files.ListAsync(default)));
        Assert.Equal(made, await IdsAsync(session.Client.Files.ListAllAsync(default)));
    }

    [Fact]
    [Endpoint("F5")]
    public async Task A_file_is_deleted_for_good()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var id = await shelf.AddAsync("a");
        await session.Client.Files.DeleteAsync(id, default);
        await FailsWith(ErrorIds.FileNotFound, session.Client.Files.GetAsync(id, default));
        await FailsWith(ErrorIds.FileNotFound, session.Client.Files.DeleteAsync(id, default));
        Assert.DoesNotContain(await shelf.TrashAsync(), entry => entry.Item.FolderId == shelf.Id);
    }

    [Fact]
    [Endpoint("F6")]
    public async Task A_file_is_moved()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (id, inner) = (await shelf.AddAsync("a"), await shelf.MakeFolderAsync("inner"));
        await session.Client.Files.MoveAsync(id, inner, default);
        Assert.Equal(["inner"], await shelf.NamesAsync());
        Assert.Equal(["a"], await shelf.NamesAsync(inner));
        await FailsWith(ErrorIds.RequestRejected, session.Client.Files.MoveAsync(id, "nosuch", default));
        await FailsWith(ErrorIds.FileNotFound, session.Client.Files.MoveAsync("nosuch", inner, default));
    }

    [Fact]
    [Endpoint("F7", "F8", "F9")]
    public async Task Tags_come_and_go_and_stand_in_the_record()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var files = session.Client.Files;
        var id = await (await Shelf.MakeAsync(session)).AddAsync("a");
        Assert.Empty(await files.GetTagsAsync(id, default));
        await files.AddTagAsync(id, "Mesh", default);
        await files.AddTagAsync(id, "ü 7", default);
        await files.AddTagAsync(id, "Mesh", default);
        Assert.Equal([new Tag("Mesh", "mesh"), new Tag("ü 7", "ü 7")], await files.GetTagsAsync(id, default));
        Assert.Equal(["Mesh", "ü 7"], (await files.GetAsync(id, default)).Tags);
        await files.RemoveTagAsync(id, "Mesh", default);
        await files.RemoveTagAsync(id, "never there", default);
        Assert.Equal("ü 7", Assert.Single(await files.GetTagsAsync(id, default)).Name);
        await FailsWith(ErrorIds.FileNotFound, files.GetTagsAsync("nosuch", default));
        await FailsWith(ErrorIds.FileNotFound, files.RemoveTagAsync("nosuch", "x", default));
    }

    [Fact]
    [Endpoint("D1", "D2")]
    public async Task A_folder_is_made_and_its_contents_are_listed_over_all_pages()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var made = new List<string> { await shelf.MakeFolderAsync("inner") };
        for (var i = 0; i < 30; i++)
            made.Add(await shelf.AddAsync($"{i}"));
        Assert.Equal(made, (await session.Client.Folders.ListContentsAsync(shelf.Id, 7, default).ToListAsync()).Select(static entry => entry.Item.Id));
        Assert.Equal(made, (await session.Client.Folders.ListContentsAsync(shelf.Id, default).ToListAsync()).Select(static entry => entry.Item.Id));
        // What the platform says of a name that is taken is not known; the sandbox refuses it.
        await FailsWith(ErrorIds.RequestRejected, shelf.MakeFolderAsync("inner"));
        await FailsWith(ErrorIds.FolderNotFound, shelf.MakeFolderAsync("inner", "nosuch"));
    }

    [Fact]
    [Endpoint("D3")]
    public async Task A_folder_is_deleted_for_good_with_all_beneath_it()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var inner = await shelf.MakeFolderAsync("inner");
        var file = await shelf.AddAsync("a", inner);
        await session.Client.Folders.DeleteAsync(shelf.Id, default);
        await FailsWith(ErrorIds.FolderNotFound, shelf.NamesAsync(inner));
        await FailsWith(ErrorIds.FileNotFound, session.Client.Files.GetAsync(file, default));
        await FailsWith(ErrorIds.FolderNotFound, session.Client.Folders.DeleteAsync(shelf.Id, default));
        await FailsWith(ErrorIds.PermissionDenied, session.Client.Folders.DeleteAsync((await session.Client.Users.GetRootFoldersAsync(default)).MyLibrary, default));
    }

    [Fact]
    [Endpoint("D4", "D5")]
    public async Task The_Trash_takes_all_or_none_from_their_true_folder_and_shows_links()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (inner, a) = (await shelf.MakeFolderAsync("inner"), await shelf.AddAsync("a"));
        var deep = await shelf.AddAsync("deep", inner);
        await FailsWith(ErrorIds.RequestRejected, session.Client.Folders.TrashAsync(shelf.Id, [a, deep], [], default));
        Assert.Equal(["a", "inner"], await shelf.NamesAsync());
        await session.Client.Folders.TrashAsync(shelf.Id, [a], [inner], default);
        Assert.Empty(await shelf.NamesAsync());
        var trash = await shelf.TrashAsync();
        var link = trash.Single(entry => entry.Item.PathParts == shelf.Seed.PathParts && entry.Item.Name == "a" && entry.Item.FolderId == shelf.Id);
        Assert.Equal("filesymlink", link.Type);
        Assert.NotEqual(a, link.Item.Id);
        Assert.Equal("folder", trash.Single(entry => entry.Item.Id == inner).Type);
        // Beneath a folder that is in the Trash, a file is in it, too.
        Assert.True((await session.Client.Files.GetAsync(deep, default)).IsDeleted);
    }

    [Fact]
    [Endpoint("D6", "D7")]
    public async Task What_is_in_the_Trash_comes_back_or_goes_all_or_none()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (inner, a, b) = (await shelf.MakeFolderAsync("inner"), await shelf.AddAsync("a"), await shelf.AddAsync("b"));
        await session.Client.Folders.TrashAsync(shelf.Id, [a, b], [inner], default);
        var links = (await shelf.TrashAsync()).Where(entry => entry.Item.FolderId == shelf.Id).ToDictionary(static entry => entry.Item.Name, static entry => entry.Item.Id);
        var trash = session.Client.Trash;
        // A file has another id there, and one that is wrong spoils the call.
        await FailsWith(ErrorIds.RequestRejected, trash.RecoverAsync([a], [], default));
        await FailsWith(ErrorIds.RequestRejected, trash.RecoverAsync([links["a"]], ["nosuch"], default));
        await trash.RecoverAsync([links["a"]], [inner], default);
        Assert.Equal(["a", "inner"], await shelf.NamesAsync());
        await FailsWith(ErrorIds.RequestRejected, trash.PurgeAsync([links["a"], links["b"]], [], default));
        await trash.PurgeAsync([links["b"]], [], default);
        await FailsWith(ErrorIds.FileNotFound, session.Client.Files.GetAsync(b, default));
    }

    [Fact]
    public async Task What_is_sent_is_what_the_platform_is_known_to_take()
    {
        await using var server = ScriptedServer.InTurn(static reply => reply.JsonAsync(200, "{}"));
        using var client = Clients.For(server);
        await client.Files.MoveAsync("a/b", "f1", default);
        await client.Files.RemoveTagAsync("f1", "x y", default);
        await client.Files.DeleteAsync("f1", default);
        await client.Folders.DeleteAsync("d1", default);
        await client.Folders.TrashAsync("d1", ["f1"], [], default);
        await client.Trash.RecoverAsync(["s1"], [], default);
        await client.Trash.PurgeAsync([], ["d1"], default);
        Assert.Equal(
            [
                """PATCH /api/v3/files/a%2Fb/ {"currentFolderId":"f1"}""",
                """DELETE /api/v3/files/f1/tags/ {"name":"x y"}""",
                "DELETE /api/v3/files/f1/ ",
                "DELETE /api/v3/folders/d1/ ",
                """POST /api/v3/folders/d1/contents/archive/ {"fileIds":["f1"],"folderIds":[]}""",
                """POST /api/v3/users/me/folders/trash-bin/recover/ {"filesymlink_ids":["s1"],"folderIds":[]}""",
                """POST /api/v3/users/me/folders/trash-bin/delete/ {"filesymlink_ids":[],"folderIds":["d1"]}""",
            ],
            server.Requests.Select(static request => $"{request.Method} {request.Target} {request.BodyText}"));
    }

    [Fact]
    public async Task An_entry_that_moves_to_the_next_page_is_listed_once()
    {
        await using var server = new ScriptedServer((request, reply) => reply.JsonAsync(200, request.Target.Contains("page=2", StringComparison.Ordinal)
            ? """{"next":null,"results":[{"type":"file","item":{"id":"2","name":"b"}},{"type":"file","item":{"id":"3","name":"c"}}]}"""
            : """{"next":"/api/v3/x/?page=2","results":[{"type":"file","item":{"id":"1","name":"a"}},{"type":"file","item":{"id":"2","name":"b"}},{"type":"folder","item":{"id":"2","name":"d"}}]}"""));
        using var client = Clients.For(server);
        Assert.Equal(["a", "b", "d", "c"], (await client.Folders.ListContentsAsync("f", default).ToListAsync()).Select(static entry => entry.Item.Name));
    }

    private static async Task<List<string>> IdsAsync(IAsyncEnumerable<PlatformFile> files) => [.. (await files.ToListAsync()).Select(static file => file.Id)];

    private static async Task FailsWith(string id, Task call) => Assert.Equal(id, (await Assert.ThrowsAsync<RescaleException>(() => call)).ErrorId);
}
