using System.Globalization;
using System.Text;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Listing;

public class FolderListingTests(SharedSandbox shared)
{
    private static readonly ListingOptions Whole = new() { Depth = int.MaxValue };

    [Fact]
    public async Task A_tree_is_listed_with_paths_and_parents()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var a = await shelf.MakeFolderAsync("a");
        var b = await shelf.MakeFolderAsync("b", a);
        await shelf.AddAsync("top");
        await shelf.AddAsync("deep", b);
        var items = (await ItemsAsync(session, shelf.Path, Whole)).ToDictionary(static item => item.Path);
        Assert.Equal(
            [(shelf.Path + "/a", shelf.Id), (shelf.Path + "/a/b", a), (shelf.Path + "/a/b/deep", b), (shelf.Path + "/top", shelf.Id)],
            items.Values.Select(static item => (item.Path, item.ParentId)).Order());
        // By its id the path begins with that; it names the same.
        Assert.Contains(await ItemsAsync(session, shelf.Id, Whole), item => item.Path == $"{shelf.Id}/a/b/deep");
        Assert.Equal(b, await session.Library.ResolveFolderAsync($"{shelf.Id}/a/b", default));
    }

    [Theory]
    [InlineData(0, "a", "top")]
    [InlineData(1, "a", "a/b", "a/x", "top")]
    [InlineData(2, "a", "a/b", "a/b/c", "a/b/y", "a/x", "top")]
    [InlineData(int.MaxValue, "a", "a/b", "a/b/c", "a/b/c/z", "a/b/y", "a/x", "top")]
    public async Task The_depth_is_kept_to(int depth, params string[] expected)
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var a = await shelf.MakeFolderAsync("a");
        var b = await shelf.MakeFolderAsync("b", a);
        var c = await shelf.MakeFolderAsync("c", b);
        await shelf.AddAsync("top");
        await shelf.AddAsync("x", a);
        await shelf.AddAsync("y", b);
        await shelf.AddAsync("z", c);
        Assert.Equal(expected.Order(StringComparer.Ordinal), await NamesAsync(session, shelf, new ListingOptions { Depth = depth }));
    }

    [Fact]
    public async Task What_is_excluded_is_not_even_listed()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        await shelf.AddAsync("x.dat", await shelf.MakeFolderAsync("out"));
        await shelf.AddAsync("y.dat", await shelf.MakeFolderAsync("in"));
        await shelf.AddAsync("z.txt");
        var listed = await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/");
        Assert.Equal(["in/y.dat"], await NamesAsync(session, shelf, Whole with { Filter = new TreeFilter(["*.dat"], ["out/"]) }));
        // The library for the path, the folder, and the one in it that is wanted.
        Assert.Equal(3, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/") - listed);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_listed_is_one_failure_and_the_others_go_on()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        var bad = await shelf.MakeFolderAsync("bad");
        for (var i = 0; i < 10; i++)
            await shelf.AddAsync("x", await shelf.MakeFolderAsync($"good {i}"));
        await sandbox.SetFaultsAsync($$"""{"target":"api","method":"GET","path":"/folders/{{bad}}/","fault":"status","status":403}""");
        var steps = await session.Library.Listing.FolderAsync(shelf.Id, Whole, default).ToListAsync();
        var failed = Assert.Single(steps.OfType<ListingStep.Failed>());
        Assert.Equal((bad, ErrorIds.PermissionDenied), (failed.FolderId, failed.Error.ErrorId));
        Assert.Equal(21, steps.OfType<ListingStep.Item>().Count());

        await sandbox.SetFaultsAsync($$"""{"target":"api","method":"GET","path":"/folders/{{shelf.Id}}/","fault":"status","status":403}""");
        var error = await Assert.ThrowsAsync<RescaleException>(async () => await session.Library.Listing.FolderAsync(shelf.Id, Whole, default).CountAsync());
        Assert.Equal(ErrorIds.PermissionDenied, error.ErrorId);
    }

    [Fact]
    public async Task Circles_and_repetitions_end()
    {
        // Each folder holds itself, the top, and both others.
        await using var server = new ScriptedServer(static (_, reply) => reply.JsonAsync(200, Pages.Of(null, Pages.Folder("t"), Pages.Folder("a"), Pages.Folder("b"), Pages.Folder("c"), Pages.File("x"))));
        using var client = Clients.For(server);
        var steps = await new FolderListing(client.Folders, Whole).RunAsync(new FolderPlace("t", null, null, null), default).ToListAsync();
        Assert.Equal(4, server.Requests.Count);
        Assert.Equal(4 * 5, steps.OfType<ListingStep.Item>().Count());
        Assert.Equal(4 * 4 - 3, steps.OfType<ListingStep.Repeated>().Count());
    }

    [Fact]
    public async Task More_folders_than_may_wait_are_all_listed()
    {
        const int Folders = 1500;
        await using var server = new ScriptedServer(static (request, reply) => reply.JsonAsync(200, request.Target.Contains("/top/", StringComparison.Ordinal)
            ? Pages.Of(null, [.. Enumerable.Range(0, Folders).Select(static i => Pages.Folder($"f{i}"))])
            : Pages.Of(null, Pages.File("x"))));
        using var client = Clients.For(server);
        var steps = await new FolderListing(client.Folders, Whole).RunAsync(new FolderPlace("top", null, null, null), default).ToListAsync();
        Assert.Equal(2 * Folders, steps.OfType<ListingStep.Item>().Count());
        Assert.Equal(Folders + 1, server.Requests.Count);
    }

    [Fact]
    public async Task A_deep_tree_is_listed_to_its_end()
    {
        await using var server = new ScriptedServer(static (request, reply) =>
        {
            var level = int.Parse(request.Target.Split('/')[4], CultureInfo.InvariantCulture);
            return reply.JsonAsync(200, level == 500 ? Pages.Of(null, Pages.File("end")) : Pages.Of(null, Pages.Folder($"{level + 1}")));
        });
        using var client = Clients.For(server);
        var steps = await new FolderListing(client.Folders, Whole).RunAsync(new FolderPlace("0", null, null, null), default).ToListAsync();
        Assert.Equal(501, steps.Count);
        Assert.EndsWith("/500/end.dat", Assert.IsType<ListingStep.Item>(steps[^1]).Path);
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(1000, 66)]
    public async Task A_tree_without_end_ends_with_a_failure(int nameLength, int levels)
    {
        var number = 0;
        await using var server = new ScriptedServer((_, reply) =>
        {
            var id = Interlocked.Increment(ref number);
            return reply.JsonAsync(200, Pages.Of(null, $$$"""{"type":"folder","item":{"id":"f{{{id}}}","name":"{{{new string('x', nameLength)}}}"}}""", Pages.File($"{id}")));
        });
        using var client = Clients.For(server);
        var steps = await new FolderListing(client.Folders, Whole).RunAsync(new FolderPlace("top", null, null, null), default).ToListAsync();
        var failed = Assert.Single(steps.OfType<ListingStep.Failed>());
        Assert.Equal(ErrorIds.PlatformProtocol, failed.Error.ErrorId);
        Assert.InRange(server.Requests.Count, levels - 1, levels + 1);
        Assert.Equal(2 * server.Requests.Count, steps.OfType<ListingStep.Item>().Count());
    }

    [Fact]
    public async Task Whoever_stops_reading_ends_the_listing()
    {
        await using var server = new ScriptedServer(static (_, reply) => reply.JsonAsync(200, Pages.Of(null, [.. Enumerable.Range(0, 900).Select(static _ => Pages.Folder(Guid.NewGuid().ToString("n")))])));
        using var client = Clients.For(server);
        Assert.Equal(10, await new FolderListing(client.Folders, Whole).RunAsync(new FolderPlace("t", null, null, null), default).Take(10).CountAsync());
        var asked = server.Requests.Count;
        Assert.InRange(asked, 1, 10);
        await client.Folders.ListContentsAsync("t", default).FirstAsync();
        Assert.Equal(asked + 1, server.Requests.Count);
    }

    [Fact]
    public void Filters_see_names_terms_and_dates()
    {
        static PlatformFile File(string name, int day) => new() { Id = name, Name = name, DateUploaded = new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero) };
        var files = new[] { File("Heat_1.dat", 1), File("heat_2.DAT", 2), File("mesh.inp", 3) };
        string[] Kept(string[]? include = null, string[]? exclude = null, string[]? search = null, int? newer = null, int? older = null)
        {
            DateTimeOffset? Day(int? day) => day is { } d ? new DateTimeOffset(2026, 1, d, 0, 0, 0, TimeSpan.Zero) : null;
            return [.. files.Where(new FileFilter(include, exclude, search, Day(newer), Day(older)).Matches).Select(static f => f.Name)];
        }

        Assert.Equal(3, Kept().Length);
        Assert.Equal(["Heat_1.dat"], Kept(["*.dat"]));
        Assert.Equal(["Heat_1.dat", "mesh.inp"], Kept(["*.dat", "*.inp"]));
        Assert.Equal(["heat_2.DAT"], Kept(exclude: ["*.dat", "mesh*"]));
        Assert.Equal(["Heat_1.dat", "heat_2.DAT"], Kept(search: ["HEAT"]));
        Assert.Equal(["Heat_1.dat"], Kept(search: ["HEAT", "_1"]));
        Assert.Equal(["mesh.inp"], Kept(newer: 2));
        Assert.Equal(["Heat_1.dat"], Kept(older: 2));
        Assert.False(new FileFilter(null, null, null, null, DateTimeOffset.Now).Matches(new PlatformFile { Id = "x", Name = "x" }));
        Assert.True(new FileFilter(null, null, null, DateTimeOffset.Now, null).Matches(new PlatformFile { Id = "x", Name = "x" }));
        Assert.Throws<RescaleException>(() => new FileFilter(["[a"], null, null, null, null));
    }

    [Fact]
    public async Task A_listing_ends_where_all_is_too_old_and_asks_for_no_more_than_is_wanted()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var shelf = await Shelf.MakeAsync(session);
        for (var i = 0; i < 30; i++)
            await shelf.AddAsync($"{i}");
        var listing = session.Library.Listing;
        Assert.Equal(5, await listing.FilesAsync(new FileFilter(null, null, null, null, null), 5, default).Take(5).CountAsync());
        Assert.Equal(1, await sandbox.CountRequestsAsync("GET", "/api/v3/files/"));

        await using var server = new ScriptedServer(static (request, reply) => reply.JsonAsync(200, $$"""{"next":"/api/v3/files/?page={{Guid.NewGuid()}}","results":[{{string.Join(',', Enumerable.Range(0, 60).Select(static _ => $$"""{"id":"{{Guid.NewGuid()}}","name":"x","dateUploaded":"2020-01-01T00:00:00Z"}"""))}}]}"""));
        using var client = Clients.For(server);
        var old = new LibraryListing(client, new FolderPaths(client.Folders, _ => ValueTask.FromResult(new RootFolders("J", "L")), TimeProvider.System));
        Assert.Equal(0, await old.FilesAsync(new FileFilter(null, null, null, DateTimeOffset.UnixEpoch.AddYears(51), null), null, default).CountAsync());
        Assert.Equal(2, server.Requests.Count);
        Assert.EndsWith("page_size=1000", server.Requests[^1].Target);
        Assert.Equal(5, await old.FilesAsync(new FileFilter(null, null, null, null, null), 5, default).Take(5).CountAsync());
        // Files that are not shown fill a small page, too.
        Assert.EndsWith("page_size=100", server.Requests[^1].Target);
    }

    private static async Task<List<ListingStep.Item>> ItemsAsync(RescaleSession session, string folder, ListingOptions options)
        => await session.Library.Listing.FolderAsync(folder, options, default).OfType<ListingStep.Item>().ToListAsync();

    private static async Task<IEnumerable<string>> NamesAsync(RescaleSession session, Shelf shelf, ListingOptions options)
        => (await ItemsAsync(session, shelf.Path, options)).Select(item => item.Path[(shelf.Path.Length + 1)..]).Order(StringComparer.Ordinal);
}
