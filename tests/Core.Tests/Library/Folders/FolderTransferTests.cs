using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Library.Folders;

/// <summary>The whole way of a folder, up and down, through the real sandbox.</summary>
public sealed class FolderTransferTests(SharedSandbox shared) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_goes_up_comes_down()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var tree = MakeTree("a.txt", "with [brackets]/b (1).txt", "ünï 日本/🚀/deep/c", "empty/inner/", ".hidden/.d", "zero");
        File.WriteAllBytes(Path.Combine(tree, "zero"), []);
        var sent = await Trees.SendAsync(session, tree);
        Assert.Empty(sent.Errors);
        Assert.Equal(5, sent.Files.Count);
        var received = await Trees.ReceiveAsync(session, sent.TopId, _folder.File("down"));
        Assert.Empty(received.Errors);
        Assert.Equal(Trees.Read(tree), Trees.Read(_folder.File("down")));
        Assert.All(received.Files.Values, static f => Assert.Equal(Integrity.Verified, f.Received!.Integrity));
    }

    [Fact]
    public async Task Any_small_tree_comes_back_as_it_was()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var segment = Gen.Elements("a", "b.txt", "A b", "[x]", "ünï", "日本.dat", "CON", ".hid", "c.tar.gz", "trail.");
        var path = from depth in Gen.Choose(1, 4) from names in Gen.ArrayOf(segment, depth) from empty in Gen.Choose(0, 3) select string.Join('/', names) + (empty == 0 ? "/" : "");
        var trees = (from count in Gen.Choose(0, 8) from paths in Gen.ArrayOf(path, count) select paths).ToArbitrary();
        var number = 0;
        Prop.ForAll(trees, paths =>
        {
            var name = $"tree {Interlocked.Increment(ref number)} {Guid.NewGuid():n}";
            var tree = Directory.CreateDirectory(_folder.File(name)).FullName;
            foreach (var one in paths)
                MakeUnlessInTheWay(tree, one);
            // On the pool: the checks of one property run on a thread that must not wait for itself.
            Task.Run(async () =>
            {
                var sent = await Trees.SendAsync(session, tree);
                Assert.Empty(sent.Errors);
                await Trees.ReceiveAsync(session, sent.TopId, _folder.File("down " + name));
            }).GetAwaiter().GetResult();
            Assert.Equal(Trees.Read(tree), Trees.Read(_folder.File("down " + name)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    [Fact]
    public async Task A_second_time_nothing_travels()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var tree = MakeTree("a", "b/c", "b/d/e");
        var first = await Trees.SendAsync(session, tree);
        var second = await Trees.SendAsync(session, tree);
        Assert.Equal(first.TopId, second.TopId);
        Assert.Equal(first.Files.Values.Select(static f => f.Id), second.Files.Values.Select(static f => f.Id));
        Assert.All(second.Files.Values, static f => Assert.Equal((FileOutcome.Identical, null), (f.Outcome, f.Uploaded)));

        var down = _folder.File("down");
        await Trees.ReceiveAsync(session, first.TopId, down);
        var again = await Trees.ReceiveAsync(session, first.TopId, down);
        Assert.All(again.Files.Values, static f => Assert.Equal((FileOutcome.Identical, null), (f.Outcome, f.Received)));
    }

    [Theory]
    [InlineData(FolderConflict.Merge, null, "old", "old")]
    [InlineData(FolderConflict.Skip, FileOutcome.Skipped, "old", "old")]
    [InlineData(FolderConflict.Overwrite, FileOutcome.Transferred, "new", "new")]
    [InlineData(FolderConflict.Rename, FileOutcome.Transferred, "old", "old")]
    public async Task A_file_that_differs_is_treated_as_the_mode_says(FolderConflict conflict, FileOutcome? outcome, string remote, string local)
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var tree = MakeTree("sub/x.txt", "sub/same", "sub/more/");
        await File.WriteAllTextAsync(Path.Combine(tree, "sub/x.txt"), "old");
        var top = (await Trees.SendAsync(session, tree)).TopId;
        await File.WriteAllTextAsync(Path.Combine(tree, "sub/x.txt"), "new");
        await File.WriteAllTextAsync(Path.Combine(tree, "sub/added"), "added");

        // The same length: only the hash tells them apart.
        var sent = await Trees.SendAsync(session, tree, options: new FolderUploadOptions { Conflict = conflict });
        Check(sent.Files.GetValueOrDefault("sub/x.txt")?.Outcome, sent, ErrorIds.FileAlreadyExists);
        Assert.Equal(FileOutcome.Transferred, sent.Files["sub/added"].Outcome);
        Assert.Equal(conflict == FolderConflict.Skip ? FileOutcome.Skipped : FileOutcome.Identical, sent.Files["sub/same"].Outcome);

        var fresh = _folder.File("fresh");
        await Trees.ReceiveAsync(session, top, fresh);
        Assert.Equal(remote, await File.ReadAllTextAsync(Path.Combine(fresh, "sub/x.txt")));
        Assert.Equal(conflict == FolderConflict.Rename, File.Exists(Path.Combine(fresh, "sub/x (2).txt")));
        Assert.Equal("added", await File.ReadAllTextAsync(Path.Combine(fresh, "sub/added")));

        // And the other way: what is on disk differs from what the platform has.
        var down = _folder.File("down");
        Trees.Make(down, "sub/x.txt", "sub/own");
        await File.WriteAllTextAsync(Path.Combine(down, "sub/x.txt"), remote == "old" ? "own" : "old");
        var received = await Trees.ReceiveAsync(session, top, down, new FolderDownloadOptions { Conflict = conflict });
        Check(received.Files.GetValueOrDefault("sub/x.txt")?.Outcome, received, ErrorIds.DestinationExists);
        Assert.Equal(local == "old" ? "own" : "new", await File.ReadAllTextAsync(Path.Combine(down, "sub/x.txt")));
        Assert.Equal("sub/own", await File.ReadAllTextAsync(Path.Combine(down, "sub/own")));
        Assert.Equal("added", await File.ReadAllTextAsync(Path.Combine(down, "sub/added")));
        Assert.True(Directory.Exists(Path.Combine(down, "sub/more")));

        void Check(FileOutcome? actual, Trees.Outcome run, string errorId)
        {
            Assert.Equal(outcome, actual);
            Assert.Equal(outcome is null ? [errorId] : [], run.Errors.Values.Select(static e => e.ErrorId));
        }
    }

    [Fact]
    public async Task Renaming_finds_its_own_files_again_and_leaves_its_neighbours_their_names()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var tree = MakeTree("x.txt", "x (2).txt");
        var options = new FolderUploadOptions { Conflict = FolderConflict.Rename };
        await Trees.SendAsync(session, tree);
        await File.WriteAllTextAsync(Path.Combine(tree, "x.txt"), "changed");
        var renamed = (await Trees.SendAsync(session, tree, options: options)).Files["x.txt"];
        Assert.Equal((FileOutcome.Transferred, "x (3).txt"), (renamed.Outcome, renamed.Name));
        var again = (await Trees.SendAsync(session, tree, options: options)).Files["x.txt"];
        Assert.Equal((FileOutcome.Identical, "x (3).txt", renamed.Id), (again.Outcome, again.Name, again.Id));
    }

    [Fact]
    public async Task The_mode_error_sends_and_receives_nothing_where_something_is()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var tree = MakeTree("a");
        var sent = await Trees.SendAsync(session, tree, options: new FolderUploadOptions { Conflict = FolderConflict.Error });
        Assert.Single(sent.Files);
        var error = await Assert.ThrowsAsync<RescaleException>(() => Trees.SendAsync(session, tree, options: new FolderUploadOptions { Conflict = FolderConflict.Error }));
        Assert.Equal(ErrorIds.FolderAlreadyExists, error.ErrorId);

        Directory.CreateDirectory(_folder.File("down"));
        error = await Assert.ThrowsAsync<RescaleException>(() => Trees.ReceiveAsync(session, sent.TopId, _folder.File("down"), new FolderDownloadOptions { Conflict = FolderConflict.Error }));
        Assert.Equal(ErrorIds.DestinationExists, error.ErrorId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File("down")));
    }

    [Fact]
    public async Task Overwriting_leaves_one_file_of_that_name_and_the_old_one_in_the_trash()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var tree = MakeTree("x");
        var first = await Trees.SendAsync(session, tree);
        // A replacement that was killed half way left two.
        await using (var engine = session.CreateEngine(new TransferOptions()))
        using (var source = new LocalFileSource(Path.Combine(tree, "x")))
            await session.Library.UploadAsync(engine, source, "x", first.TopId, default);
        await File.WriteAllTextAsync(Path.Combine(tree, "x"), "new");
        var sent = (await Trees.SendAsync(session, tree, options: new FolderUploadOptions { Conflict = FolderConflict.Overwrite })).Files["x"];
        var left = Assert.Single(await session.Client.Folders.ListContentsAsync(first.TopId, default).ToListAsync());
        Assert.Equal(sent.Id, left.Item.Id);
        Assert.True((await session.Client.Files.GetAsync(first.Files["x"].Id, default)).IsDeleted);
    }

    [Fact]
    public async Task A_plan_makes_nothing_and_names_everything()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var tree = MakeTree("a/b", "c", "empty/");
        var steps = await session.CreateFolderUpload(new FolderUploadOptions()).PlanAsync(tree, null, Trees.PlanOnly, default).ToListAsync();
        Assert.Equal(["a/b", "c"], steps.OfType<FileToSend>().Select(static s => s.RelativePath).Order(StringComparer.Ordinal));
        Assert.All(steps.OfType<FileToSend>(), static s => Assert.Equal((null, PlannedAction.Transfer), (s.FolderId, s.Action)));
        Assert.Equal(3, steps.OfType<FolderStep.FolderReady>().Count(static f => f.IsNew));
        Assert.Equal(0, await sandbox.CountRequestsAsync("POST", "/api/v3/folders/{id}/"));

        var sent = await Trees.SendAsync(session, tree);
        var down = await session.CreateFolderDownload(new FolderDownloadOptions()).PlanAsync(sent.TopId, _folder.File("down"), Trees.PlanOnly, default).ToListAsync();
        Assert.Equal(["a/b", "c"], down.OfType<FileToReceive>().Select(static s => s.RelativePath).Order(StringComparer.Ordinal));
        Assert.All(down.OfType<FileToReceive>(), static s => Assert.True(s.IsPlanned));
        Assert.False(Directory.Exists(_folder.File("down")));
    }

    [Fact]
    public async Task Only_what_the_filters_name_travels_and_folders_only_where_needed()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var tree = MakeTree("src/a.cs", "src/obj/b.cs", "doc/c.md", "none/");
        var filter = new TreeFilter(["*.cs"], ["obj"]);
        var sent = await Trees.SendAsync(session, tree, options: new FolderUploadOptions { Filter = filter });
        await Trees.ReceiveAsync(session, sent.TopId, _folder.File("down"));
        Assert.Equal(["src/", "src/a.cs"], Trees.Read(_folder.File("down")).Keys);

        var whole = await Trees.SendAsync(session, tree, options: new FolderUploadOptions { Filter = TreeFilter.Everything });
        await Trees.ReceiveAsync(session, whole.TopId, _folder.File("filtered"), new FolderDownloadOptions { Filter = filter });
        Assert.Equal(["src/", "src/a.cs"], Trees.Read(_folder.File("filtered")).Keys);
    }

    private string MakeTree(params string[] names)
    {
        var tree = Directory.CreateDirectory(_folder.File("tree " + Guid.NewGuid().ToString("n"))).FullName;
        Trees.Make(tree, names);
        return tree;
    }

    private static void MakeUnlessInTheWay(string tree, string path)
    {
        var full = Path.Combine(tree, path.TrimEnd('/'));
        for (var above = Path.GetDirectoryName(full)!; above.Length > tree.Length; above = Path.GetDirectoryName(above)!)
        {
            if (File.Exists(above))
                return;
        }

        if (!Path.Exists(full))
            Trees.Make(tree, path);
    }
}
