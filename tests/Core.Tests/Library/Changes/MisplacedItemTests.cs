using RescaleInterlink.Core.Tests.Library.Listing;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Changes;

/// <summary>Removing what lies elsewhere than it was said or believed to lie.</summary>
public class MisplacedItemTests(SharedSandbox shared)
{
    private const string Archive = "/api/v3/folders/{id}/contents/archive/";

    [Fact]
    public async Task What_is_not_where_it_was_believed_is_found()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (a, b) = (await shelf.MakeFolderAsync("a"), await shelf.MakeFolderAsync("b"));
        var (file, folder) = (await shelf.AddAsync("file", a), await shelf.MakeFolderAsync("folder", a));
        var (bare, deep) = (await shelf.AddAsync("bare", b), await shelf.MakeFolderAsync("deep", b));
        var settled = await Changing.TrashAsync(
            session, new LibraryItem(file, false, b), new LibraryItem(folder, true, b), new LibraryItem(bare, false, null), new LibraryItem(deep, true, null));
        Assert.All(settled.Values, Assert.Null);
        Assert.Empty(await shelf.NamesAsync(a));
        Assert.Empty(await shelf.NamesAsync(b));
    }

    [Fact]
    public async Task A_platform_that_does_not_say_where_a_file_lies_is_searched()
    {
        var trashed = "";
        await using var server = new ScriptedServer((request, reply) =>
        {
            if (request.Target.EndsWith("/archive/", StringComparison.Ordinal))
                trashed += $"{request.Target} {request.BodyText};";
            return reply.JsonAsync(200, request.Target switch
            {
                var t when t.Contains("users/me/folders/trash-bin", StringComparison.Ordinal) => """{"results":[]}""",
                var t when t.StartsWith("/api/v3/folders/L/contents/?", StringComparison.Ordinal) => """{"results":[{"type":"folder","item":{"id":"inner","name":"inner"}}]}""",
                var t when t.StartsWith("/api/v3/folders/inner/contents/?", StringComparison.Ordinal) => """{"results":[{"type":"file","item":{"id":"f2","name":"y"}},{"type":"file","item":{"id":"f1","name":"x"}}]}""",
                var t when t.StartsWith("/api/v3/files/", StringComparison.Ordinal) => """{"id":"f1","name":"x","isUploaded":true}""",
                _ => """{"results":[]}""",
            });
        });
        using var client = Clients.For(server);
        var changes = Changing.Of(client);
        var settled = await Changing.CollectAsync(changes.TrashAsync([new LibraryItem("f1", false, null), new LibraryItem("f2", false, null), new LibraryItem("f3", false, null)], default));
        Assert.Equal((null, null, ErrorIds.FileNotFound), (settled["f1"], settled["f2"], settled["f3"]));
        Assert.Equal("""/api/v3/folders/inner/contents/archive/ {"fileIds":["f1","f2"],"folderIds":[]};""", trashed);
        // One record told that records do not tell.
        Assert.Single(server.Requests, static request => request.Target.StartsWith("/api/v3/files/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_names_the_wrong_folder_is_not_believed_twice()
    {
        await using var server = new ScriptedServer((request, reply) => request.Target switch
        {
            "/api/v3/folders/wrong/contents/archive/" => reply.JsonAsync(400, """{"fileIds":["Invalid pk"]}"""),
            var t when t.StartsWith("/api/v3/folders/L/contents/?", StringComparison.Ordinal) => reply.JsonAsync(200, """{"results":[{"type":"folder","item":{"id":"right","name":"right"}}]}"""),
            var t when t.StartsWith("/api/v3/folders/right/contents/?", StringComparison.Ordinal) => reply.JsonAsync(200, """{"results":[{"type":"file","item":{"id":"f1","name":"x"}}]}"""),
            var t when t.StartsWith("/api/v3/files/", StringComparison.Ordinal) => reply.JsonAsync(200, """{"id":"f1","name":"x","isUploaded":true,"currentFolderId":"wrong"}"""),
            _ => reply.JsonAsync(200, """{"results":[]}"""),
        });
        using var client = Clients.For(server);
        var changes = Changing.Of(client);
        Assert.Null((await Changing.CollectAsync(changes.TrashAsync([new LibraryItem("f1", false, "wrong")], default)))["f1"]);
        Assert.Equal("/api/v3/folders/right/contents/archive/", server.Requests[^1].Target);
    }

    [Fact]
    public async Task A_root_that_cannot_be_read_does_not_keep_what_was_found()
    {
        await using var server = new ScriptedServer((request, reply) => request.Target switch
        {
            var t when t.StartsWith("/api/v3/folders/L/contents/?", StringComparison.Ordinal) => reply.JsonAsync(200, Pages.Of(null, Pages.Folder("d"))),
            var t when t.StartsWith("/api/v3/folders/J/contents/?", StringComparison.Ordinal) => reply.JsonAsync(403, "{}"),
            _ => reply.JsonAsync(200, """{"results":[]}"""),
        });
        using var client = Clients.For(server);
        var changes = Changing.Of(client);
        var settled = await Changing.CollectAsync(changes.TrashAsync([new LibraryItem("d", true, null), new LibraryItem("e", true, null)], default));
        Assert.Equal((null, ErrorIds.PermissionDenied), (settled["d"], settled["e"]));
        Assert.Single(server.Requests, static request => request.Target == "/api/v3/folders/L/contents/archive/");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wrong_parent_costs_a_look_and_not_a_search(bool exists)
    {
        const int Files = 64;
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (wrong, right) = (await shelf.MakeFolderAsync("wrong"), await shelf.MakeFolderAsync("right"));
        var items = new List<LibraryItem>();
        for (var i = 0; i < Files; i++)
            items.Add(new LibraryItem(await shelf.AddAsync($"{i}", right), false, wrong));
        if (!exists)
            await session.Client.Folders.DeleteAsync(wrong, default);
        Assert.All((await Changing.TrashAsync(session, [.. items])).Values, Assert.Null);
        Assert.Empty(await shelf.NamesAsync(right));
        // Refused once, then done once.
        Assert.Equal(2, await sandbox.CountRequestsAsync("POST", Archive));
        Assert.InRange(await sandbox.CountRequestsAsync("GET", "/api/v3/files/{id}/"), Files, Files + 1);

        // One that lies elsewhere among many that do not.
        items = [new(await shelf.AddAsync("astray"), false, right)];
        for (var i = 0; i < Files; i++)
            items.Add(new LibraryItem(await shelf.AddAsync($"{i}", right), false, right));
        Assert.All((await Changing.TrashAsync(session, [.. items])).Values, Assert.Null);
        Assert.Equal(["right"], (await shelf.NamesAsync()).Except(["wrong"]));
        Assert.Equal(2 + 3, await sandbox.CountRequestsAsync("POST", Archive));
        Assert.InRange(await sandbox.CountRequestsAsync("GET", "/api/v3/files/{id}/"), Files + 1, Files + 2);
    }

    [Fact]
    public async Task What_is_not_permitted_is_looked_for_nowhere_else()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var items = new[] { new LibraryItem(await shelf.AddAsync("a"), false, shelf.Id), new LibraryItem(await shelf.AddAsync("b"), false, shelf.Id) };
        await sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"/archive/$","fault":"status","status":403}""");
        var listed = await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/");
        Assert.Equal([ErrorIds.PermissionDenied, ErrorIds.PermissionDenied], (await Changing.TrashAsync(session, items)).Values);
        Assert.Equal(listed, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/"));
    }

    [Fact]
    public async Task Nothing_is_said_to_be_nowhere_as_long_as_a_folder_could_not_be_looked_into()
    {
        await using var server = new ScriptedServer((request, reply) => request.Target switch
        {
            var t when t.Contains("/closed/", StringComparison.Ordinal) => reply.JsonAsync(403, "{}"),
            var t when t.StartsWith("/api/v3/folders/L/contents/?", StringComparison.Ordinal) => reply.JsonAsync(200, """{"results":[{"type":"folder","item":{"id":"closed","name":"closed"}}]}"""),
            _ => reply.JsonAsync(200, """{"results":[]}"""),
        });
        using var client = Clients.For(server);
        var changes = Changing.Of(client);
        Assert.Equal(ErrorIds.PermissionDenied, (await Changing.CollectAsync(changes.TrashAsync([new LibraryItem("d", true, null)], default)))["d"]);
    }
}
