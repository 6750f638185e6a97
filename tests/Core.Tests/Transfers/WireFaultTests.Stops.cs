using RescaleInterlink.Core.Tests.Storage;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>Stops over real sockets, and what goes on after them while the storage, the source or the checkpoint has changed.</summary>
public abstract partial class WireFaultTests
{
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("")]
    [InlineData("lost")]
    [InlineData("taken")]
    [InlineData("missing")]
    [InlineData("expired")]
    [InlineData("replaced")]
    [InlineData("grown")]
    [InlineData("shrunk")]
    [InlineData("torn")]
    public async Task A_stopped_upload_goes_on(string meanwhile)
    {
        using var folder = new TemporaryFolder();
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        var seed = Seed();
        var content = EngineFixture.RandomBytes(4 * Part + 99, seed);
        await File.WriteAllBytesAsync(folder.File("source.bin"), content);
        var checkpoints = new CheckpointFolder(folder.File("transfers"));
        var key = "faults/" + Guid.NewGuid();

        // Every socket is silent behind the second part, and the user gives up.
        await own.Get().SetFaultsAsync(Rule("part", "stall", 0, null, 2, null));
        using (var stop = new CancellationTokenSource())
        {
            var first = RunAsync(stop.Token);
            // Two parts, of which the short last one may be one: it is on its way with the others.
            await Waiting.UntilAsync(() => first.IsCompleted || checkpoints.List().Any(stored => stored.BytesDone >= Part + 99));
            await StopAsync(stop, first);
        }

        await own.Get().ClearFaultsAsync();
        var stored = Assert.Single(checkpoints.List());
        var upload = new MultipartUpload(stored.ObjectKey!, stored.UploadId!, new Dictionary<string, string>(), HasChecksums: true);
        var parts = await account.Store.ListPartsAsync(upload, default).ToListAsync();
        Assert.Equal(2, parts.Count);
        if (meanwhile == "taken") await account.Store.CommitAsync(upload, [parts[0]], default);
        if (meanwhile == "missing") await LosePartAsync(account.Store, upload, parts);
        if (meanwhile == "lost")
        {
            // Blocks of Azure are dropped when their blob is written in another way.
            await account.Store.AbortAsync(upload, default);
            await account.Store.PutAsync(stored.ObjectKey!, new byte[1], new Dictionary<string, string>(), default);
            await account.Store.DeleteAsync(stored.ObjectKey!, default);
        }

        if (meanwhile == "expired") await own.Get().SetFaultsAsync(Rule("part", "expireCredentials", 0, null, 1, 1));
        if (meanwhile is "replaced" or "grown" or "shrunk")
        {
            content = EngineFixture.RandomBytes(content.Length + meanwhile switch { "grown" => 1, "shrunk" => -1, _ => 0 }, seed + 1);
            await File.WriteAllBytesAsync(folder.File("source.bin"), content);
        }

        if (meanwhile == "torn") Tear(checkpoints, "*", seed);
        var uploaded = await RunAsync(default);
        await own.Get().ClearFaultsAsync();
        var kept = meanwhile switch { "" or "expired" => parts, "missing" => parts.Take(1), _ => [] };
        Assert.Equal(kept.Sum(part => part.PartNumber == 5 ? 99L : Part), uploaded.ResumedBytes);
        Assert.Empty(checkpoints.List());
        await using var fixture = new EngineFixture(Options);
        await fixture.DownloadAsync(account.Store, uploaded);
        Assert.True(File.ReadAllBytes(fixture.Folder.File("target.bin")).AsSpan().SequenceEqual(content));

        async Task<UploadResult> RunAsync(CancellationToken cancellationToken)
        {
            await using var engine = new TransferEngine(Options with { Connections = 2 });
            using var source = new LocalFileSource(folder.File("source.bin"));
            return await engine.UploadAsync(new UploadRequest
            {
                Source = source,
                Store = account.Store,
                Key = key,
                Resume = new ResumeIdentity(checkpoints, folder.File("source.bin"), "one", new TransferDescription("https://platform.example/", "source.bin", null, null)),
                OnNotice = output.WriteLine,
            }, cancellationToken);
        }
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("expired", null)]
    [InlineData("torn", null)]
    [InlineData("replaced", ErrorIds.DecryptionFailed)]
    [InlineData("gone", ErrorIds.ObjectNotFound)]
    public async Task A_stopped_download_goes_on(string meanwhile, string? error)
    {
        await using var fixture = new EngineFixture(Options with { Connections = 2 });
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        var content = RandomContent();
        var uploaded = await fixture.UploadAsync(account.Store, content, "faults/" + Guid.NewGuid());
        using var state = new TemporaryFolder();
        var checkpoints = new CheckpointFolder(state.File("transfers"));
        var request = fixture.Request(account.Store, uploaded) with
        {
            Resume = new ResumeIdentity(checkpoints, fixture.Folder.File("target.bin"), "one", new TransferDescription("https://platform.example/", "target.bin", null, null)),
            OnNotice = output.WriteLine,
        };

        // The tail probe and six chunks; then every socket is silent.
        await own.Get().SetFaultsAsync(Rule("read", "stall", 0, null, 7, null));
        using (var stop = new CancellationTokenSource())
        {
            var first = fixture.Engine.DownloadAsync(request, stop.Token);
            await Waiting.UntilAsync(() => first.IsCompleted || checkpoints.List().Any(stored => stored.BytesDone >= 3 << 20));
            await StopAsync(stop, first);
        }

        await own.Get().ClearFaultsAsync();
        if (meanwhile == "replaced") await fixture.UploadAsync(account.Store, content, uploaded.Key);
        // The other generation was flushed at the stop.
        if (meanwhile == "torn") Tear(checkpoints, "*.2", Seed());
        if (meanwhile == "gone") await account.Store.DeleteAsync(uploaded.Key, default);
        if (meanwhile == "expired") await own.Get().SetFaultsAsync(Rule("read", "expireCredentials", 0, null, 2, 1));
        if (error is null)
        {
            var downloaded = await fixture.Engine.DownloadAsync(request, default);
            Assert.Equal((3L << 20, Integrity.Verified), (downloaded.ResumedBytes, downloaded.Integrity));
            Assert.True(File.ReadAllBytes(fixture.Folder.File("target.bin")).AsSpan().SequenceEqual(content));
        }
        else
        {
            var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.Engine.DownloadAsync(request, default));
            Assert.Equal(error, failure.ErrorId);
        }

        await own.Get().ClearFaultsAsync();
        Assert.Equal(error is null ? ["source.bin", "target.bin"] : ["source.bin"], fixture.Folder.Names());
        Assert.Empty(checkpoints.List());
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("part")]
    [InlineData("commit")]
    [InlineData("put")]
    [InlineData("properties")]
    [InlineData("read")]
    public async Task A_stop_with_every_socket_stalled_takes_less_than_two_seconds_and_leaves_nothing(string step)
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        var key = "faults/" + Guid.NewGuid();
        var isDownload = step is "properties" or "read";
        var uploaded = isDownload ? await fixture.UploadAsync(account.Store, RandomContent(), key) : null;
        await own.Get().SetFaultsAsync(Rule(step, "stall", 0, null, 0, null));
        using var stop = new CancellationTokenSource();
        Task transfer = uploaded is null
            ? fixture.UploadAsync(account.Store, step == "put" ? EngineFixture.RandomBytes(1000) : RandomContent(), key, stop.Token)
            : fixture.DownloadAsync(account.Store, uploaded, stop: stop.Token);
        using (var limit = new CancellationTokenSource(EngineFixture.Patience))
            while ((await own.Get().GetFiredFaultsAsync())[0] == 0) await Task.Delay(10, limit.Token);
        await StopAsync(stop, transfer);
        await own.Get().ClearFaultsAsync();
        Assert.Equal(["source.bin"], fixture.Folder.Names());
        if (isDownload) return;
        if (account.Store.Capabilities.Name == "S3") Assert.Empty(await account.Store.ListUploadsAsync(key, default).ToListAsync());
        Assert.Equal(ErrorIds.ObjectNotFound, (await Assert.ThrowsAsync<RescaleException>(() => account.Store.GetPropertiesAsync(key, default))).ErrorId);
    }

    private static void Tear(CheckpointFolder checkpoints, string pattern, int seed)
    {
        var random = new Random(seed);
        foreach (var path in Directory.GetFiles(checkpoints.Path, pattern))
        {
            using var file = new FileStream(path, FileMode.Open);
            file.SetLength(random.NextInt64(file.Length));
        }
    }

    private static async Task StopAsync(CancellationTokenSource stop, Task transfer)
    {
        var taken = new OwnTime();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transfer.WaitAsync(EngineFixture.Patience));
        Assert.InRange(taken.Elapsed, TimeSpan.Zero, StopBound);
    }
}
