using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Listing;

public class FolderPathsTests(SharedSandbox shared)
{
    [Fact]
    public async Task A_folder_is_found_by_its_path_and_remembered()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var b = await shelf.MakeFolderAsync("b", await shelf.MakeFolderAsync("a"));
        var paths = session.Library.Listing.Paths;
        var listed = await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/");
        var place = await paths.FindAsync($"/my library/{shelf.Name}/./a//b/../b/", default);
        Assert.Equal((b, $"{shelf.Path}/a/b", "b"), (place.Id, place.Path, place.Name));
        Assert.Equal(b, await session.Library.ResolveFolderAsync($"{shelf.Id}/a/b", default));
        // The library, the shelf and a; what was listed once is not listed again.
        Assert.Equal(3, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/") - listed);
    }

    [Fact]
    public async Task The_roots_and_ids_cost_no_listing()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var roots = await session.Client.Users.GetRootFoldersAsync(default);
        var paths = session.Library.Listing.Paths;
        Assert.Equal(roots.MyLibrary, (await paths.FindAsync(null, default)).Id);
        Assert.Equal(roots.MyLibrary, (await paths.FindAsync("/MY LIBRARY/", default)).Id);
        Assert.True((await paths.FindAsync(roots.MyJobs, default)) is { IsRoot: true, Path: "/My Jobs" });
        Assert.Equal("anything", (await paths.FindAsync("anything", default)).Id);
        Assert.Equal(0, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/"));
    }

    [Theory]
    [InlineData("/", ErrorIds.FolderPathInvalid)]
    [InlineData("/Elsewhere/a", ErrorIds.FolderPathInvalid)]
    [InlineData("My Library/a", ErrorIds.FolderPathInvalid)]
    [InlineData("/My Library/nosuch/a", ErrorIds.FolderNotFound)]
    [InlineData("nosuchid/a", ErrorIds.FolderNotFound)]
    public async Task What_names_no_folder_is_told(string path, string errorId)
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var error = await Assert.ThrowsAsync<RescaleException>(() => session.Library.Listing.Paths.FindAsync(path, default));
        Assert.Equal(errorId, error.ErrorId);
    }

    [Fact]
    public async Task Case_decides_only_where_it_must()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (upper, lower, other) = (await shelf.MakeFolderAsync("Run"), await shelf.MakeFolderAsync("run"), await shelf.MakeFolderAsync("Other"));
        var paths = session.Library.Listing.Paths;
        Assert.Equal(upper, (await paths.FindAsync($"{shelf.Path}/Run", default)).Id);
        Assert.Equal(lower, (await paths.FindAsync($"{shelf.Path}/run", default)).Id);
        var place = await paths.FindAsync($"{shelf.Path}/OTHER", default);
        Assert.Equal((other, "Other"), (place.Id, place.Name));
        var error = await Assert.ThrowsAsync<RescaleException>(() => paths.FindAsync($"{shelf.Path}/RUN", default));
        Assert.Equal(ErrorIds.FolderAmbiguous, error.ErrorId);
        Assert.Contains(upper, error.Message);
        Assert.Contains(lower, error.Message);
    }

    [Fact]
    public async Task A_name_that_differs_in_case_is_read_again_before_it_is_taken()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        using var other = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var upper = await shelf.MakeFolderAsync("Run");
        Assert.Equal(upper, await session.Library.ResolveFolderAsync($"{shelf.Path}/run", default));
        var lower = await other.Client.Folders.CreateAsync(shelf.Id, "run", default);
        Assert.Equal(lower, await session.Library.ResolveFolderAsync($"{shelf.Path}/run", default));
    }

    [Fact]
    public async Task What_removes_reads_afresh_and_takes_names_as_they_are_written()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        using var other = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var (upper, old) = (await shelf.MakeFolderAsync("Run"), await shelf.MakeFolderAsync("a"));
        var paths = session.Library.Listing.Paths;
        Assert.Equal(old, (await paths.FindAsync($"{shelf.Path}/a", default)).Id);
        var error = await Assert.ThrowsAsync<RescaleException>(() => paths.Exactly().FindAsync($"{shelf.Path}/run", default));
        Assert.Equal(ErrorIds.FolderNotFound, error.ErrorId);
        Assert.Contains($"'Run' ({upper})", error.Message);
        // Put away and made anew behind our back: what is remembered is the one in the Trash.
        await other.Client.Folders.TrashAsync(shelf.Id, [], [old], default);
        var made = await other.Client.Folders.CreateAsync(shelf.Id, "a", default);
        Assert.Equal(made, (await paths.Exactly().FindAsync($"{shelf.Path}/a", default)).Id);
    }

    [Fact]
    public async Task A_folder_without_a_name_has_not_the_path_of_its_parent()
    {
        await using var server = new ScriptedServer((request, reply) => reply.JsonAsync(200, request.Target switch
        {
            var t when t.Contains("/L/", StringComparison.Ordinal) => """{"results":[{"type":"folder","item":{"id":"none"}},{"type":"folder","item":{"id":"object","name":{}}},{"type":"folder","item":{"id":"half","name":"\ud800"}}]}""",
            var t when t.Contains("/none/", StringComparison.Ordinal) => """{"results":[{"type":"folder","item":{"id":"inner","name":"in"}}]}""",
            _ => """{"results":[]}""",
        }));
        using var client = Clients.For(server);
        var paths = new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), TimeProvider.System);
        var children = await paths.GetChildrenAsync("/My Library", default);
        Assert.Equal([("none", "none"), ("object", "object"), ("half", "half")], children.Select(static place => (place.Id, place.ToString())));
        var listed = await new LibraryListing(client, paths).FolderAsync("/My Library", new ListingOptions { Depth = int.MaxValue }, default).OfType<ListingStep.Item>().ToDictionaryAsync(static item => item.Entry.Item.Id);
        Assert.Equal(("none", "none/in"), (listed["none"].Path, listed["inner"].Path));
        Assert.Equal("inner", (await paths.FindAsync(listed["inner"].Path, default)).Id);
    }

    [Fact]
    public async Task Folders_by_id_are_looked_for_in_one_walk()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var ids = new[] { await shelf.MakeFolderAsync("a"), await shelf.MakeFolderAsync("b"), await shelf.MakeFolderAsync("c"), "nosuch" };
        var listed = await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/");
        var found = await session.Library.Listing.LocateAsync([.. ids, ids[0], "/My Library", "/Nowhere"], default).ToListAsync();
        Assert.Equal(7, found.Count);
        Assert.Equal(["/My Library", shelf.Path + "/a", shelf.Path + "/a", shelf.Path + "/b", shelf.Path + "/c"], found.Select(static one => one.Place?.Path).OfType<string>().Order());
        Assert.Equal([("/Nowhere", ErrorIds.FolderPathInvalid), ("nosuch", ErrorIds.FolderNotFound)], found.Where(static one => one.Error is not null).Select(static one => (one.Folder, one.Error!.ErrorId)).Order());
        // The library, the shelf, its three folders, and My Jobs: each once.
        Assert.InRange(await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/") - listed, 6, 8);
    }

    [Fact]
    public async Task A_root_that_cannot_be_listed_hides_nothing_of_the_other()
    {
        await using var server = new ScriptedServer((request, reply) => request.Target.Contains("/L/", StringComparison.Ordinal)
            ? reply.JsonAsync(403, "{}")
            : reply.JsonAsync(200, request.Target.Contains("/J/", StringComparison.Ordinal) ? Pages.Of(null, Pages.Folder("job")) : Pages.Of(null)));
        using var client = Clients.For(server);
        var listing = new LibraryListing(client, new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), TimeProvider.System));
        var found = await listing.LocateAsync(["job", "nosuch"], default).ToDictionaryAsync(static one => one.Folder);
        Assert.Equal("/My Jobs/job", found["job"].Place!.Path);
        Assert.Equal(ErrorIds.PermissionDenied, found["nosuch"].Error!.ErrorId);
    }

    [Fact]
    public async Task Two_folders_of_one_name_are_told_with_their_ids()
    {
        await using var server = new ScriptedServer((request, reply) => reply.JsonAsync(200, request.Target.Contains("users/me/folders", StringComparison.Ordinal)
            ? """{"myJobs":"J","myLibrary":"L"}"""
            : """{"results":[{"type":"folder","item":{"id":"one","name":"a"}},{"type":"file","item":{"id":"f","name":"a"}},{"type":"folder","item":{"id":"two","name":"a"}}]}"""));
        using var client = Clients.For(server);
        var paths = new FolderPaths(client.Folders, async token => await client.Users.GetRootFoldersAsync(token), TimeProvider.System);
        var error = await Assert.ThrowsAsync<RescaleException>(() => paths.FindAsync("/My Library/a", default));
        Assert.Equal(ErrorIds.FolderAmbiguous, error.ErrorId);
        Assert.Contains("'a' (one), 'a' (two)", error.Message);
    }

    [Fact]
    public async Task Slashes_in_names_are_written_with_a_backslash()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var odd = await shelf.MakeFolderAsync("a/b");
        var dots = await shelf.MakeFolderAsync("..");
        var listed = await session.Library.Listing.FolderAsync(shelf.Path, new ListingOptions(), default).OfType<ListingStep.Item>().ToListAsync();
        Assert.Equal([$@"{shelf.Path}/a\/b", $@"{shelf.Path}/\.."], listed.Select(static item => item.Path));
        Assert.Equal([odd, dots], await Task.WhenAll(listed.Select(async item => (await session.Library.Listing.Paths.FindAsync(item.Path, default)).Id)));
    }

    [Fact]
    public async Task A_folder_that_was_replaced_since_it_was_remembered_is_looked_for_anew()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        using var other = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var old = await shelf.MakeFolderAsync("a");
        var path = $"{shelf.Path}/a";
        Assert.Equal(old, await session.Library.ResolveFolderAsync(path, default));
        await other.Client.Folders.DeleteAsync(old, default);
        var replaced = await other.Client.Folders.CreateAsync(shelf.Id, "a", default);
        await other.Client.Folders.CreateAsync(replaced, "inner", default);

        var inner = await session.Library.Listing.FolderAsync(path, new ListingOptions(), default).OfType<ListingStep.Item>().SingleAsync();
        Assert.Equal("inner", inner.Entry.Item.Name);
        Assert.Equal(replaced, await session.Library.ResolveFolderAsync(path, default));
        // A name that was not there when the folder was listed is found, too.
        var late = await other.Client.Folders.CreateAsync(shelf.Id, "late", default);
        Assert.Equal(late, await session.Library.ResolveFolderAsync($"{shelf.Path}/late", default));
    }

    [Fact]
    public async Task Whole_folders_go_to_and_come_from_the_one_that_has_the_path_now()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        using var other = await (await shared.GetAsync()).ConnectAsync();
        using var folder = new TemporaryFolder();
        var shelf = await Shelf.MakeAsync(session);
        var path = $"{shelf.Path}/a";
        async Task<string> ReplaceAsync(string old)
        {
            Assert.Equal(old, await session.Library.ResolveFolderAsync(path, default));
            await other.Client.Folders.DeleteAsync(old, default);
            return await other.Client.Folders.CreateAsync(shelf.Id, "a", default);
        }

        var second = await ReplaceAsync(await shelf.MakeFolderAsync("a"));
        Folders.Trees.Make(folder.Path, "tree/x");
        var sent = await Folders.Trees.SendAsync(session, folder.File("tree"), path);
        Assert.Equal("tree", Assert.Single(await shelf.NamesAsync(second)));
        Assert.NotEmpty(sent.Files);

        var third = await ReplaceAsync(second);
        await shelf.AddAsync("y", third);
        var received = await Folders.Trees.ReceiveAsync(session, path, folder.File("down"));
        Assert.Equal(["y"], received.Files.Keys);
        Assert.Equal("seed", await File.ReadAllTextAsync(folder.File("down/y")));
    }

    [Fact]
    public async Task What_was_remembered_is_believed_for_a_minute()
    {
        var time = new ManualTime();
        await using var server = new ScriptedServer((request, reply) => reply.JsonAsync(200, request.Target.Contains("users/me/folders", StringComparison.Ordinal)
            ? """{"myJobs":"J","myLibrary":"L"}"""
            : """{"results":[{"type":"folder","item":{"id":"one","name":"a"}}]}"""));
        using var client = Clients.For(server);
        var paths = new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), time);
        for (var i = 0; i < 3; i++)
            await paths.FindAsync("/My Library/a", default);
        Assert.Single(server.Requests);
        time.Advance(TimeSpan.FromMinutes(2));
        await paths.FindAsync("/My Library/a", default);
        Assert.Equal(2, server.Requests.Count);
    }
}
