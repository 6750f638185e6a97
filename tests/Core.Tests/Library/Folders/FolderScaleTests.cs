using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Library.Folders;

/// <summary>Many entries, several at once, and what goes wrong on the way.</summary>
public sealed class FolderScaleTests(SharedSandbox shared) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_folder_is_made_or_listed_once()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var tree = MakeTree([.. Enumerable.Range(0, 30).Select(static i => $"f{i % 6}/g{i}/x")]);
        await Trees.SendAsync(session, tree);
        Assert.Equal(37, await sandbox.CountRequestsAsync("POST", "/api/v3/folders/{id}/"));
        // The library, to see that the top is not there. New folders are empty and are not listed.
        Assert.Equal(1, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/"));
        await Trees.SendAsync(session, tree);
        Assert.Equal(37, await sandbox.CountRequestsAsync("POST", "/api/v3/folders/{id}/"));
        Assert.Equal(1 + 1 + 37, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/"));
    }

    [Fact]
    public async Task A_download_asks_for_no_file_alone()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var sent = await Trees.SendAsync(session, MakeTree("a", "b/c", "b/d"));
        var listed = await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/");
        await Trees.ReceiveAsync(session, sent.TopId, _folder.File("down"));
        Assert.Equal(0, await sandbox.CountRequestsAsync("GET", "/api/v3/files/{id}/"));
        Assert.Equal(2, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/") - listed);
    }

    [Fact]
    public async Task Two_uploads_of_one_tree_at_once_make_each_folder_once()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var first = await sandbox.ConnectAsync();
        using var second = await sandbox.ConnectAsync();
        var tree = MakeTree([.. Enumerable.Range(0, 24).Select(static i => $"f{i % 8}/g{i}/x")]);
        var both = await Task.WhenAll(Trees.SendAsync(first, tree), Trees.SendAsync(second, tree));
        Assert.Equal(both[0].TopId, both[1].TopId);
        Assert.All(both, static b => Assert.Empty(b.Errors));
        Assert.All(both, static b => Assert.Empty(b.Steps.OfType<FolderStep.Failed>()));

        await Trees.ReceiveAsync(first, both[0].TopId, _folder.File("down"));
        Assert.Equal(
            Trees.Read(tree).Keys.Where(static n => n.EndsWith('/')),
            Trees.Read(_folder.File("down")).Keys.Where(static n => n.EndsWith('/')));
    }

    [Fact]
    public async Task A_lost_answer_to_the_making_of_a_folder_makes_it_no_second_time()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync(new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(10) });
        var tree = MakeTree("a/b/c/x");
        await sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"^/api/v3/folders/","fault":"truncate","afterBytes":5,"times":2}""");
        var sent = await Trees.SendAsync(session, tree);
        await sandbox.ClearFaultsAsync();
        Assert.Empty(sent.Steps.OfType<FolderStep.Failed>());
        await Trees.ReceiveAsync(session, sent.TopId, _folder.File("down"));
        Assert.Equal(Trees.Read(tree), Trees.Read(_folder.File("down")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_told_once_and_the_rest_goes_on()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var tree = MakeTree("a/x", "a/in/y", "a/in/deep/z");
        var sent = await Trees.SendAsync(session, tree);
        Trees.Make(tree, "b/new/1", "b/new/in/2", "a/more");
        await sandbox.SetFaultsAsync($$"""{"target":"api","method":"POST","path":"^/api/v3/folders/{{sent.TopId}}/$","fault":"status","status":403}""");
        var again = await Trees.SendAsync(session, tree);
        var failed = Assert.Single(again.Steps.OfType<FolderStep.Failed>());
        Assert.Equal((ErrorIds.PermissionDenied, Path.Combine(tree, "b")), (failed.Error.ErrorId, failed.Target));
        Assert.Equal(2, again.Steps.OfType<FolderStep.NotReached>().Count());
        Assert.Equal(FileOutcome.Transferred, again.Files["a/more"].Outcome);
        Assert.Equal(FileOutcome.Identical, again.Files["a/in/deep/z"].Outcome);
    }

    [Fact]
    public async Task Files_are_told_before_the_walk_has_ended()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        const int Files = 4 * UploadPlan.LookAhead;
        var tree = MakeTree([.. Enumerable.Range(0, Files).Select(static i => $"{i}"), "z/"]);
        await using var steps = session.CreateFolderUpload(new FolderUploadOptions()).PlanAsync(tree, null, Trees.Grant, default).GetAsyncEnumerator();
        do
            Assert.True(await steps.MoveNextAsync());
        while (steps.Current is not FileToSend);
        // The walk cannot have come to the folder behind the files: nobody has taken what it met. So this is met, too.
        Trees.Make(tree, "z/late");
        var names = new List<string>();
        while (await steps.MoveNextAsync())
            names.Add((steps.Current as FileToSend)?.RelativePath ?? "");
        Assert.Contains("z/late", names);
        Assert.Equal(Files, names.Count(static n => n.Length > 0));
    }

    [Fact]
    public async Task Whoever_stops_reading_ends_the_plan()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var tree = MakeTree([.. Enumerable.Range(0, 2 * UploadPlan.LookAhead).Select(static i => $"a/{i}/x")]);
        await foreach (var step in session.CreateFolderUpload(new FolderUploadOptions()).PlanAsync(tree, null, Trees.Grant, default))
        {
            if (step is FileToSend)
                break;
        }

        var made = await sandbox.CountRequestsAsync("POST", "/api/v3/folders/{id}/");
        Assert.True(made < 2 * UploadPlan.LookAhead);
        using var again = await sandbox.ConnectAsync();
        // What was on its way when the reading ended may have arrived since.
        Assert.InRange(await sandbox.CountRequestsAsync("POST", "/api/v3/folders/{id}/"), made, made + RemoteFolders.Calls);
    }

    [Fact]
    public async Task Five_thousand_entries_of_one_folder_are_all_seen()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var session = await sandbox.ConnectAsync();
        var sent = await Trees.SendAsync(session, MakeTree("seed"));
        var seed = await session.Client.Files.GetAsync(sent.Files["seed"].Id, default);
        const int Count = 5_000;
        await Parallel.ForAsync(0, Count - 1, async (i, stop) => await session.Client.Files.RegisterAsync(
            new FileRegistration($"file {i:d5}", sent.TopId, seed.EncodedEncryptionKey!, seed.PathParts!, seed.Storage!, seed.DecryptedSize!.Value, seed.FileChecksums[0].FileHash), stop));

        var steps = session.CreateFolderDownload(new FolderDownloadOptions()).PlanAsync(sent.TopId, _folder.File("down"), Trees.PlanOnly, default);
        var names = await steps.OfType<FileToReceive>().Select(static s => s.LocalPath).ToHashSetAsync();
        Assert.Equal(Count, names.Count);
        // Five pages of a thousand, and the page that showed that the top was not there yet.
        Assert.Equal(6, await sandbox.CountRequestsAsync("GET", "/api/v3/folders/{id}/contents/"));

        // The second upload sees all of them, too.
        var tree = MakeTree("seed", "file 00000");
        var top = Directory.CreateDirectory(_folder.File("again")).FullName;
        Directory.Move(tree, Path.Combine(top, Path.GetFileName(sent.Steps.OfType<FileToSend>().Single().LocalPath[..^5])));
        var again = await Trees.SendAsync(session, Directory.GetDirectories(top).Single());
        Assert.Equal(FileOutcome.Identical, again.Files["seed"].Outcome);
        Assert.Equal(ErrorIds.FileAlreadyExists, again.Errors["file 00000"].ErrorId);
    }

    [Fact]
    public async Task Names_on_the_platform_that_cannot_be_local_are_one_failure_each()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var sent = await Trees.SendAsync(session, MakeTree("good"));
        var seed = await session.Client.Files.GetAsync(sent.Files["good"].Id, default);
        foreach (var name in new[] { "..", "a/../../etc", "/absolute", "back\\slash", "line\nbreak", "twice", "twice" })
            await session.Client.Files.RegisterAsync(new FileRegistration(name, sent.TopId, seed.EncodedEncryptionKey!, seed.PathParts!, seed.Storage!, 4, seed.FileChecksums[0].FileHash), default);
        await session.Client.Folders.CreateAsync(sent.TopId, "twice", default);
        await session.Client.Folders.CreateAsync(sent.TopId, "..", default);
        var received = await Trees.ReceiveAsync(session, sent.TopId, _folder.File("down"));
        Assert.Equal(6, received.Steps.OfType<FolderStep.Failed>().Count(static f => f.Error.ErrorId == ErrorIds.UnsafeFileName));
        var names = Trees.Read(_folder.File("down")).Keys.ToArray();
        Assert.Equal(4, names.Length);
        Assert.Contains("twice/", names);
        Assert.Contains("good", names);
        Assert.Equal(2, names.Count(static n => n.StartsWith("twice_", StringComparison.Ordinal)));
        Assert.Single(Directory.GetDirectories(_folder.Path, "down*"));
    }

    [Fact]
    public async Task Nothing_is_received_through_a_link_that_leads_out()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var sent = await Trees.SendAsync(session, MakeTree("in/x", "ok"));
        var (down, outside) = (Directory.CreateDirectory(_folder.File("down")).FullName, Directory.CreateDirectory(_folder.File("outside")).FullName);
        Directory.CreateSymbolicLink(Path.Combine(down, "in"), outside);
        var received = await Trees.ReceiveAsync(session, sent.TopId, down);
        Assert.Equal(ErrorIds.DestinationInvalid, Assert.Single(received.Steps.OfType<FolderStep.Failed>()).Error.ErrorId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
        Assert.Equal(["ok"], received.Files.Keys);
    }

    [Theory]
    [InlineData(FolderConflict.Merge)]
    [InlineData(FolderConflict.Overwrite)]
    [InlineData(FolderConflict.Rename)]
    public async Task A_file_where_a_folder_goes_and_the_reverse(FolderConflict conflict)
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var sent = await Trees.SendAsync(session, MakeTree("folder/x", "file"));
        var down = _folder.File("down");
        Trees.Make(down, "folder", "file/y");
        var received = await Trees.ReceiveAsync(session, sent.TopId, down, new FolderDownloadOptions { Conflict = conflict });
        Assert.Equal("folder", await File.ReadAllTextAsync(Path.Combine(down, "folder")));
        Assert.Equal("file/y", await File.ReadAllTextAsync(Path.Combine(down, "file/y")));
        var renamed = conflict == FolderConflict.Rename;
        Assert.Equal(renamed, File.Exists(Path.Combine(down, "folder (2)", "x")));
        Assert.Equal(renamed, File.Exists(Path.Combine(down, "file (2)")));
        Assert.Equal(renamed ? 0 : 1, received.Steps.OfType<FolderStep.Failed>().Count(static f => f.Error.ErrorId == ErrorIds.DestinationExists));
        Assert.Equal(renamed ? 0 : 1, received.Errors.Values.Count(static e => e.ErrorId == ErrorIds.DestinationExists));
    }

    [Fact]
    public async Task One_command_sends_and_receives_each_place_once()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var name = Guid.NewGuid().ToString("n");
        Trees.Make(_folder.Path, $"one/{name}/a", $"two/{name}/b");
        var upload = session.CreateFolderUpload(new FolderUploadOptions());
        var first = await upload.PlanAsync(_folder.File($"one/{name}"), null, Trees.Grant, default).ToListAsync();
        var error = await Assert.ThrowsAsync<RescaleException>(async () => await upload.PlanAsync(_folder.File($"two/{name}"), null, Trees.Grant, default).ToListAsync());
        Assert.Equal(ErrorIds.FolderAlreadyExists, error.ErrorId);

        var top = first.OfType<FolderStep.FolderReady>().First().Place!;
        var download = session.CreateFolderDownload(new FolderDownloadOptions());
        await download.PlanAsync(top, _folder.File("down"), Trees.Grant, default).ToListAsync();
        error = await Assert.ThrowsAsync<RescaleException>(async () => await download.PlanAsync(top, _folder.File("down"), Trees.Grant, default).ToListAsync());
        Assert.Equal(ErrorIds.DestinationExists, error.ErrorId);
    }

    [Fact]
    public async Task An_unknown_folder_is_not_found_and_leaves_nothing()
    {
        using var session = await (await shared.GetAsync()).ConnectAsync();
        var error = await Assert.ThrowsAsync<RescaleException>(() => Trees.ReceiveAsync(session, "nofolder", _folder.File("down")));
        Assert.Equal(ErrorIds.FolderNotFound, error.ErrorId);
        error = await Assert.ThrowsAsync<RescaleException>(() => Trees.SendAsync(session, MakeTree("a"), "nofolder"));
        Assert.Equal(ErrorIds.FolderNotFound, error.ErrorId);
        Assert.False(Directory.Exists(_folder.File("down")));
    }

    private string MakeTree(params string[] names)
    {
        var tree = Directory.CreateDirectory(_folder.File("tree " + Guid.NewGuid().ToString("n"))).FullName;
        Trees.Make(tree, names);
        return tree;
    }
}
