using RescaleInterlink.Core.Tests.Library.Listing;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Changes;

public class LibraryChangesTests(SharedSandbox shared)
{
    private const string Archive = "/api/v3/folders/{id}/contents/archive/";

    [Fact]
    public async Task Many_of_one_folder_go_in_one_call_and_a_bad_one_is_one_error()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var items = new List<LibraryItem>();
        for (var i = 0; i < 20; i++)
            items.Add(new LibraryItem(await shelf.AddAsync($"{i}"), false, shelf.Id));
        items.Add(new LibraryItem(await shelf.MakeFolderAsync("inner"), true, shelf.Id));
        var settled = await TrashAsync(session, [.. items]);
        Assert.All(settled.Values, Assert.Null);
        Assert.Equal(21, settled.Count);
        Assert.Equal(1, await sandbox.CountRequestsAsync("POST", Archive));
        Assert.Empty(await shelf.NamesAsync());

        var left = new LibraryItem(await shelf.AddAsync("left"), false, shelf.Id);
        settled = await TrashAsync(session, left, new LibraryItem("nosuch", false, shelf.Id), new LibraryItem("nofolder", true, shelf.Id));
        Assert.Equal((null, ErrorIds.FileNotFound, ErrorIds.FolderNotFound), (settled[left.Id], settled["nosuch"], settled["nofolder"]));
        Assert.Empty(await shelf.NamesAsync());
    }

    [Fact]
    public async Task What_is_not_where_it_was_believed_is_found()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (a, b) = (await shelf.MakeFolderAsync("a"), await shelf.MakeFolderAsync("b"));
        var (file, folder) = (await shelf.AddAsync("file", a), await shelf.MakeFolderAsync("folder", a));
        var (bare, deep) = (await shelf.AddAsync("bare", b), await shelf.MakeFolderAsync("deep", b));
        var settled = await TrashAsync(
            session, new LibraryItem(file, false, b), new LibraryItem(folder, true, b), new LibraryItem(bare, false, null), new LibraryItem(deep, true, null));
        Assert.All(settled.Values, Assert.Null);
        Assert.Empty(await shelf.NamesAsync(a));
        Assert.Empty(await shelf.NamesAsync(b));
    }

    [Fact]
    public async Task What_is_in_the_Trash_already_counts_as_done()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (file, folder) = (new LibraryItem(await shelf.AddAsync("file"), false, shelf.Id), new LibraryItem(await shelf.MakeFolderAsync("folder"), true, shelf.Id));
        for (var i = 0; i < 2; i++)
            Assert.All((await TrashAsync(session, file, folder)).Values, Assert.Null);
        Assert.All((await TrashAsync(session, file with { ParentId = null }, folder with { ParentId = null })).Values, Assert.Null);
        Assert.Single(await shelf.TrashAsync(), entry => entry.Item.Id == folder.Id);
    }

    [Fact]
    public async Task A_lost_answer_is_no_failure()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync(new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(10) });
        var shelf = await Shelf.MakeAsync(session);
        var items = new[] { new LibraryItem(await shelf.AddAsync("file"), false, shelf.Id), new LibraryItem(await shelf.MakeFolderAsync("folder"), true, shelf.Id) };
        var lose = """{"target":"api","method":"POST","path":"/(archive|recover|delete)/$","fault":"loseReply","times":1}""";
        await sandbox.SetFaultsAsync(lose);
        Assert.All((await TrashAsync(session, items)).Values, Assert.Null);
        Assert.Equal(1, (await sandbox.GetFiredFaultsAsync())[0]);

        var trashed = (await shelf.TrashAsync()).Select(static entry => new TrashedItem(entry.Item.Id, entry.IsFolder)).ToList();
        Assert.Equal(2, trashed.Count);
        await sandbox.SetFaultsAsync(lose);
        Assert.All(await session.Library.Trash.RestoreAsync(trashed, default).ToListAsync(), static one => Assert.Null(one.Error));
        Assert.Equal(["file", "folder"], await shelf.NamesAsync());

        await sandbox.SetFaultsAsync("""{"target":"api","method":"DELETE","fault":"loseReply","times":2}""");
        Assert.All((await CollectAsync(session.Library.Changes.DeleteAsync(items, default))).Values, Assert.Null);
        Assert.Equal(2, (await sandbox.GetFiredFaultsAsync())[0]);
        Assert.Empty(await shelf.NamesAsync());
        // Without a repetition what is gone is not found.
        await sandbox.ClearFaultsAsync();
        Assert.Equal([ErrorIds.FileNotFound, ErrorIds.FolderNotFound], (await CollectAsync(session.Library.Changes.DeleteAsync(items, default))).Values.Order());
        Assert.All(await session.Library.Trash.PurgeAsync(trashed, default).ToListAsync(), static one => Assert.Equal(ErrorIds.TrashItemNotFound, one.Error!.ErrorId));
    }

    [Fact]
    public async Task The_roots_stay()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var roots = await session.Client.Users.GetRootFoldersAsync(default);
        foreach (var settled in new[]
        {
            await TrashAsync(session, new LibraryItem(roots.MyLibrary, true, null), new LibraryItem(await shelf.MakeFolderAsync("a"), true, shelf.Id)),
            await CollectAsync(session.Library.Changes.DeleteAsync([new LibraryItem(roots.MyJobs, true, null), new LibraryItem(await shelf.MakeFolderAsync("b"), true, shelf.Id)], default)),
        })
        {
            Assert.Equal([ErrorIds.FolderProtected, null], settled.Values.OrderBy(static id => id is null));
        }
    }

    [Fact]
    public async Task What_lies_under_My_Jobs_goes_too()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var roots = await session.Client.Users.GetRootFoldersAsync(default);
        var shelf = await Shelf.MakeAsync(session);
        var folder = await session.Client.Folders.CreateAsync(roots.MyJobs, "of a job " + Guid.NewGuid(), default);
        var file = await shelf.AddAsync("output", folder);
        Assert.All((await TrashAsync(session, new LibraryItem(file, false, null), new LibraryItem(folder, true, null))).Values, Assert.Null);
        Assert.True((await session.Client.Files.GetAsync(file, default)).IsDeleted);
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
        var changes = new LibraryChanges(client, new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), TimeProvider.System));
        var settled = await CollectAsync(changes.TrashAsync([new LibraryItem("f1", false, null), new LibraryItem("f2", false, null), new LibraryItem("f3", false, null)], default));
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
        var changes = new LibraryChanges(client, new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), TimeProvider.System));
        Assert.Null((await CollectAsync(changes.TrashAsync([new LibraryItem("f1", false, "wrong")], default)))["f1"]);
        Assert.Equal("/api/v3/folders/right/contents/archive/", server.Requests[^1].Target);
    }

    [Fact]
    public async Task What_lies_beneath_another_one_goes_along_with_it()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        async Task<LibraryItem[]> TreeAsync(string name)
        {
            var a = new LibraryItem(await shelf.MakeFolderAsync(name), true, shelf.Id);
            var b = new LibraryItem(await shelf.MakeFolderAsync("b", a.Id), true, a.Id);
            // From the inside out, so that no order helps.
            return [new LibraryItem(await shelf.AddAsync("file", b.Id), false, b.Id), new LibraryItem(await shelf.MakeFolderAsync("c", b.Id), true, b.Id), b, a];
        }

        var tree = await TreeAsync("trashed");
        var settled = await TrashAsync(session, tree);
        Assert.Equal((4, true), (settled.Count, settled.Values.All(static id => id is null)));
        Assert.Equal(tree[3].Id, Assert.Single(await shelf.TrashAsync()).Item.Id);
        tree = await TreeAsync("deleted");
        settled = await CollectAsync(session.Library.Changes.DeleteAsync(tree, default));
        Assert.Equal((4, true), (settled.Count, settled.Values.All(static id => id is null)));
        Assert.Empty(await shelf.NamesAsync());

        // What cannot be removed takes nothing along: that goes by itself.
        tree = await TreeAsync("kept");
        await sandbox.SetFaultsAsync($$"""{"target":"api","method":"DELETE","path":"/{{tree[3].Id}}/","fault":"status","status":403}""");
        settled = await CollectAsync(session.Library.Changes.DeleteAsync(tree, default));
        Assert.Equal((4, ErrorIds.PermissionDenied), (settled.Count, Assert.Single(settled.Values.OfType<string>())));
        Assert.Empty(await shelf.NamesAsync(tree[3].Id));
    }

    [Fact]
    public async Task Parents_that_go_round_in_a_circle_hide_nobody()
    {
        LibraryItem[] items = [new("a", true, "b"), new("b", true, "a"), new("c", true, "b"), new("d", true, "d")];
        var tried = new List<string>();
        async IAsyncEnumerable<SettledItem> RemoveAsync(IReadOnlyCollection<LibraryItem> some)
        {
            foreach (var item in some)
            {
                tried.Add(item.Id);
                yield return new SettledItem(item, null);
            }

            await Task.CompletedTask;
        }

        Assert.Equal(["a", "b", "c", "d"], (await OutermostFirst.RunAsync(items, RemoveAsync, default).ToListAsync()).Select(static one => one.Item.Id).Order());
        Assert.Equal(["a", "b", "c", "d"], tried.Order());
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
        var changes = new LibraryChanges(client, new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), TimeProvider.System));
        var settled = await CollectAsync(changes.TrashAsync([new LibraryItem("d", true, null), new LibraryItem("e", true, null)], default));
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
        Assert.All((await TrashAsync(session, [.. items])).Values, Assert.Null);
        Assert.Empty(await shelf.NamesAsync(right));
        // Refused once, then done once.
        Assert.Equal(2, await sandbox.CountRequestsAsync("POST", Archive));
        Assert.InRange(await sandbox.CountRequestsAsync("GET", "/api/v3/files/{id}/"), Files, Files + 1);

        // One that lies elsewhere among many that do not.
        items = [new(await shelf.AddAsync("astray"), false, right)];
        for (var i = 0; i < Files; i++)
            items.Add(new LibraryItem(await shelf.AddAsync($"{i}", right), false, right));
        Assert.All((await TrashAsync(session, [.. items])).Values, Assert.Null);
        Assert.Equal(["right"], (await shelf.NamesAsync()).Except(["wrong"]));
        Assert.Equal(2 + 3, await sandbox.CountRequestsAsync("POST", Archive));
        Assert.InRange(await sandbox.CountRequestsAsync("GET", "/api/v3/files/{id}/"), Files + 1, Files + 2);
    }

    [Fact]
    public async Task Many_that_are_in_the_Trash_no_more_cost_one_look()
    {
        await using var server = new ScriptedServer((request, reply) => request.Method == "POST"
            ? reply.JsonAsync(request.BodyText.Contains("gone", StringComparison.Ordinal) || request.BodyText.Contains("stuck", StringComparison.Ordinal) ? 400 : 204, request.Target.Length > 0 ? "{}" : "")
            : reply.JsonAsync(200, Pages.Of(null, Pages.Folder("there"), Pages.Folder("stuck"))));
        using var client = Clients.For(server);
        var bin = new TrashBin(client.Trash);
        TrashedItem[] items = [new("there", true), new("stuck", true), .. Enumerable.Range(0, 60).Select(static i => new TrashedItem($"gone {i}", true))];
        var settled = await bin.RestoreAsync(items, default).ToDictionaryAsync(static one => one.Item.Id, static one => one.Error?.ErrorId);
        Assert.Equal((62, null, ErrorIds.RequestRejected), (settled.Count, settled["there"], settled["stuck"]));
        Assert.Equal(60, settled.Values.Count(static id => id == ErrorIds.TrashItemNotFound));
        // All of them, the two that are there, and each of these.
        Assert.Equal(4, server.Requests.Count(static request => request.Method == "POST"));
    }

    [Theory]
    [InlineData(429, false)]
    [InlineData(503, true)]
    public async Task Only_an_attempt_that_may_have_been_carried_out_counts_as_one(int status, bool counts)
    {
        await using var server = ScriptedServer.InTurn(reply => reply.JsonAsync(status, "{}"), static reply => reply.JsonAsync(404, "{}"));
        using var client = Clients.For(server, Clients.NoWaiting());
        var changes = new LibraryChanges(client, new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), TimeProvider.System));
        var settled = await CollectAsync(changes.DeleteAsync([new LibraryItem("f", false, null)], default));
        Assert.Equal(counts ? null : ErrorIds.FileNotFound, settled["f"]);
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
        Assert.Equal([ErrorIds.PermissionDenied, ErrorIds.PermissionDenied], (await TrashAsync(session, items)).Values);
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
        var changes = new LibraryChanges(client, new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), TimeProvider.System));
        Assert.Equal(ErrorIds.PermissionDenied, (await CollectAsync(changes.TrashAsync([new LibraryItem("d", true, null)], default)))["d"]);
    }

    [Fact]
    public async Task A_key_that_is_refused_on_the_way_is_one_error()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var items = new List<LibraryItem>();
        for (var i = 0; i < 12; i++)
            items.Add(new LibraryItem(await shelf.AddAsync($"{i}"), false, shelf.Id));
        await sandbox.SetFaultsAsync("""{"target":"api","method":"DELETE","fault":"status","status":401,"skip":3}""");
        var error = await Assert.ThrowsAsync<RescaleException>(() => CollectAsync(session.Library.Changes.DeleteAsync(items, default)));
        Assert.Equal(ErrorIds.ApiKeyRejected, error.ErrorId);
    }

    [Fact]
    public async Task Files_are_deleted_and_moved_each_for_itself()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var inner = await shelf.MakeFolderAsync("inner");
        var items = new List<LibraryItem> { new("nosuch", false, null) };
        for (var i = 0; i < 9; i++)
            items.Add(new LibraryItem(await shelf.AddAsync($"{i}"), false, null));
        var settled = await CollectAsync(session.Library.Changes.MoveAsync(items, inner, default));
        Assert.Equal((10, ErrorIds.FileNotFound, 1), (settled.Count, settled["nosuch"], settled.Values.Count(static id => id is not null)));
        Assert.Equal(9, (await shelf.NamesAsync(inner)).Length);
        settled = await CollectAsync(session.Library.Changes.DeleteAsync(items, default));
        Assert.Equal((10, ErrorIds.FileNotFound, 1), (settled.Count, settled["nosuch"], settled.Values.Count(static id => id is not null)));
        Assert.Empty(await shelf.NamesAsync(inner));
    }

    [Fact]
    public async Task The_Trash_gives_back_and_deletes_all_but_the_bad_ones()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var items = new List<LibraryItem> { new(await shelf.MakeFolderAsync("folder"), true, shelf.Id) };
        for (var i = 0; i < 6; i++)
            items.Add(new LibraryItem(await shelf.AddAsync($"{i}"), false, shelf.Id));
        await TrashAsync(session, [.. items]);
        var mine = (await shelf.TrashAsync()).Where(entry => entry.Item.Id == items[0].Id || entry.Item.FolderId == shelf.Id)
            .ToDictionary(static entry => entry.Item.Name, static entry => new TrashedItem(entry.Item.Id, entry.IsFolder));
        var bin = session.Library.Trash;
        var bad = new TrashedItem("nosuch", false);
        var restored = await bin.RestoreAsync([mine["folder"], mine["0"], bad, mine["1"], mine["2"]], default).ToListAsync();
        Assert.Equal(ErrorIds.TrashItemNotFound, Assert.Single(restored, static one => one.Error is not null).Error!.ErrorId);
        Assert.Equal(["0", "1", "2", "folder"], await shelf.NamesAsync());
        var purged = await bin.PurgeAsync([mine["0"], mine["3"], mine["4"], bad], default).ToListAsync();
        Assert.Equal(2, purged.Count(static one => one.Error is { ErrorId: ErrorIds.TrashItemNotFound }));
        Assert.Equal(mine["5"].Id, Assert.Single(await bin.FindAsync([mine["5"].Id, mine["4"].Id, "nosuch"], default)).Item.Id);
    }

    [Fact]
    public async Task A_folder_is_made_once_whatever_becomes_of_the_answer()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync(new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(10) });
        var shelf = await Shelf.MakeAsync(session);
        var parent = await session.Library.Listing.Paths.FindAsync(shelf.Path, default);
        await sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"^/api/v3/folders/","fault":"loseReply","times":1}""");
        var made = await session.Library.Folders.MakeAsync(parent, "a", useExisting: false, default);
        Assert.Equal((shelf.Path + "/a", shelf.Id), (made.Path, made.ParentId));
        Assert.Equal(["a"], await shelf.NamesAsync());
        Assert.Equal(made.Id, (await session.Library.Listing.Paths.FindAsync(made.Path, default)).Id);
        Assert.Equal(made, await session.Library.Folders.MakeAsync(parent, "a", useExisting: true, default));
        Assert.Equal(ErrorIds.FolderAlreadyExists, (await Assert.ThrowsAsync<RescaleException>(() => session.Library.Folders.MakeAsync(parent, "a", false, default))).ErrorId);
        Assert.Equal(ErrorIds.UnsafeFileName, (await Assert.ThrowsAsync<RescaleException>(() => session.Library.Folders.MakeAsync(parent, "a/b", false, default))).ErrorId);
    }

    [Fact]
    public async Task Tags_are_set_by_their_difference_and_added_before_any_goes()
    {
        await using var server = ScriptedServer.InTurn(static reply => reply.JsonAsync(204, ""), static reply => reply.JsonAsync(403, "{}"));
        using var client = Clients.For(server);
        var change = FileTags.Change([new Tag("Old", "old"), new Tag("Kept", "kept")], ["kept", " new ", "other", "NEW", " "]);
        Assert.Equal(["new", "other"], change.Add);
        Assert.Equal(["Old"], change.Remove);
        Assert.True(FileTags.Change([new Tag("a", "a")], ["A"]).IsNothing);
        await Assert.ThrowsAsync<RescaleException>(() => FileTags.ApplyAsync(client.Files, "f1", change, default));
        // The second addition failed; nothing has gone.
        Assert.Equal(["POST", "POST"], server.Requests.Select(static request => request.Method));
    }

    private static Task<Dictionary<string, string?>> TrashAsync(RescaleSession session, params LibraryItem[] items)
        => CollectAsync(session.Library.Changes.TrashAsync(items, default));

    /// <summary>Error ids by item; each item once.</summary>
    private static async Task<Dictionary<string, string?>> CollectAsync(IAsyncEnumerable<SettledItem> settled)
    {
        var all = new Dictionary<string, string?>();
        await foreach (var one in settled)
            all.Add(one.Item.Id, one.Error?.ErrorId);
        return all;
    }
}
