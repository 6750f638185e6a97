using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Changes;

/// <summary>Removing and moving what lies where it is said to lie.</summary>
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
        var settled = await Changing.TrashAsync(session, [.. items]);
        Assert.All(settled.Values, Assert.Null);
        Assert.Equal(21, settled.Count);
        Assert.Equal(1, await sandbox.CountRequestsAsync("POST", Archive));
        Assert.Empty(await shelf.NamesAsync());

        var left = new LibraryItem(await shelf.AddAsync("left"), false, shelf.Id);
        settled = await Changing.TrashAsync(session, left, new LibraryItem("nosuch", false, shelf.Id), new LibraryItem("nofolder", true, shelf.Id));
        Assert.Equal((null, ErrorIds.FileNotFound, ErrorIds.FolderNotFound), (settled[left.Id], settled["nosuch"], settled["nofolder"]));
        Assert.Empty(await shelf.NamesAsync());
    }

    [Fact]
    public async Task What_is_in_the_Trash_already_counts_as_done()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (file, folder) = (new LibraryItem(await shelf.AddAsync("file"), false, shelf.Id), new LibraryItem(await shelf.MakeFolderAsync("folder"), true, shelf.Id));
        for (var i = 0; i < 2; i++)
            Assert.All((await Changing.TrashAsync(session, file, folder)).Values, Assert.Null);
        Assert.All((await Changing.TrashAsync(session, file with { ParentId = null }, folder with { ParentId = null })).Values, Assert.Null);
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
        Assert.All((await Changing.TrashAsync(session, items)).Values, Assert.Null);
        Assert.Equal(1, (await sandbox.GetFiredFaultsAsync())[0]);

        var trashed = (await shelf.TrashAsync()).Select(static entry => new TrashedItem(entry.Item.Id, entry.IsFolder)).ToList();
        Assert.Equal(2, trashed.Count);
        await sandbox.SetFaultsAsync(lose);
        Assert.All(await session.Library.Trash.RestoreAsync(trashed, default).ToListAsync(), static one => Assert.Null(one.Error));
        Assert.Equal(["file", "folder"], await shelf.NamesAsync());

        await sandbox.SetFaultsAsync("""{"target":"api","method":"DELETE","fault":"loseReply","times":2}""");
        Assert.All((await Changing.CollectAsync(session.Library.Changes.DeleteAsync(items, default))).Values, Assert.Null);
        Assert.Equal(2, (await sandbox.GetFiredFaultsAsync())[0]);
        Assert.Empty(await shelf.NamesAsync());
        // Without a repetition what is gone is not found.
        await sandbox.ClearFaultsAsync();
        Assert.Equal([ErrorIds.FileNotFound, ErrorIds.FolderNotFound], (await Changing.CollectAsync(session.Library.Changes.DeleteAsync(items, default))).Values.Order());
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
            await Changing.TrashAsync(session, new LibraryItem(roots.MyLibrary, true, null), new LibraryItem(await shelf.MakeFolderAsync("a"), true, shelf.Id)),
            await Changing.CollectAsync(session.Library.Changes.DeleteAsync([new LibraryItem(roots.MyJobs, true, null), new LibraryItem(await shelf.MakeFolderAsync("b"), true, shelf.Id)], default)),
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
        Assert.All((await Changing.TrashAsync(session, new LibraryItem(file, false, null), new LibraryItem(folder, true, null))).Values, Assert.Null);
        Assert.True((await session.Client.Files.GetAsync(file, default)).IsDeleted);
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
        var settled = await Changing.TrashAsync(session, tree);
        Assert.Equal((4, true), (settled.Count, settled.Values.All(static id => id is null)));
        Assert.Equal(tree[3].Id, Assert.Single(await shelf.TrashAsync()).Item.Id);
        tree = await TreeAsync("deleted");
        settled = await Changing.CollectAsync(session.Library.Changes.DeleteAsync(tree, default));
        Assert.Equal((4, true), (settled.Count, settled.Values.All(static id => id is null)));
        Assert.Empty(await shelf.NamesAsync());

        // What cannot be removed takes nothing along: that goes by itself.
        tree = await TreeAsync("kept");
        await sandbox.SetFaultsAsync($$"""{"target":"api","method":"DELETE","path":"/{{tree[3].Id}}/","fault":"status","status":403}""");
        settled = await Changing.CollectAsync(session.Library.Changes.DeleteAsync(tree, default));
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

    [Theory]
    [InlineData(429, false)]
    [InlineData(503, true)]
    public async Task Only_an_attempt_that_may_have_been_carried_out_counts_as_one(int status, bool counts)
    {
        await using var server = ScriptedServer.InTurn(reply => reply.JsonAsync(status, "{}"), static reply => reply.JsonAsync(404, "{}"));
        using var client = Clients.For(server, Clients.NoWaiting());
        var changes = Changing.Of(client);
        var settled = await Changing.CollectAsync(changes.DeleteAsync([new LibraryItem("f", false, null)], default));
        Assert.Equal(counts ? null : ErrorIds.FileNotFound, settled["f"]);
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
        var error = await Assert.ThrowsAsync<RescaleException>(() => Changing.CollectAsync(session.Library.Changes.DeleteAsync(items, default)));
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
        var settled = await Changing.CollectAsync(session.Library.Changes.MoveAsync(items, inner, default));
        Assert.Equal((10, ErrorIds.FileNotFound, 1), (settled.Count, settled["nosuch"], settled.Values.Count(static id => id is not null)));
        Assert.Equal(9, (await shelf.NamesAsync(inner)).Length);
        settled = await Changing.CollectAsync(session.Library.Changes.DeleteAsync(items, default));
        Assert.Equal((10, ErrorIds.FileNotFound, 1), (settled.Count, settled["nosuch"], settled.Values.Count(static id => id is not null)));
        Assert.Empty(await shelf.NamesAsync(inner));
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
}
