using RescaleInterlink.Core.Tests.Transfers.Checkpoints;
using RescaleInterlink.Errors;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>A disk that is no longer what it was when a stopped download goes on.</summary>
public sealed class DownloadDiskTests
{
    private const int Chunk = 16 << 10;
    private const int Length = 5 << 20;

    [Fact]
    public async Task A_disk_that_has_filled_up_is_one_clear_error_and_leaves_nothing()
    {
        using var disk = SmallDisk.TryMount(out var reason);
        Assert.SkipWhen(disk is null, $"No small file system: {reason}");
        await using var fixture = new EngineFixture();
        var (memory, request) = await StopAsync(fixture, disk!);
        await File.WriteAllBytesAsync(Path.Combine(disk!.Path, "filler"), new byte[7 << 20], TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.Engine.DownloadAsync(request with { Store = memory }, default));
        Assert.Equal(ErrorIds.DiskFull, failure.ErrorId);
        Assert.Equal(["filler"], Directory.GetFileSystemEntries(disk.Path).Select(Path.GetFileName));
        Assert.Empty(request.Resume!.Folder.List());
    }

    [Fact]
    public async Task A_target_that_cannot_be_written_for_now_costs_nothing()
    {
        using var disk = SmallDisk.TryMount(out var reason);
        Assert.SkipWhen(disk is null, $"No small file system: {reason}");
        await using var fixture = new EngineFixture();
        var (memory, request) = await StopAsync(fixture, disk!);
        disk!.SetReadOnly(true);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.Engine.DownloadAsync(request with { Store = memory }, default));
        Assert.Equal(ErrorIds.DestinationUnwritable, failure.ErrorId);
        disk.SetReadOnly(false);
        var result = await fixture.Engine.DownloadAsync(request with { Store = memory }, default);
        Assert.Equal((10 * Chunk, Integrity.Verified), (result.ResumedBytes, result.Integrity));
        Assert.Equal(["target.bin"], Directory.GetFileSystemEntries(disk.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_partial_file_that_somebody_still_holds_costs_nothing()
    {
        await using var fixture = new EngineFixture();
        using var target = new TemporaryFolder();
        var (memory, request) = await StopAsync(fixture, target.Path);
        var partial = Assert.Single(Directory.GetFiles(target.Path));
        await using (new FileStream(partial, FileMode.Open, FileAccess.Read, FileShare.None))
        {
            var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.Engine.DownloadAsync(request with { Store = memory }, default));
            Assert.Equal(ErrorIds.DestinationUnwritable, failure.ErrorId);
        }

        Assert.Equal(10 * Chunk, (await fixture.Engine.DownloadAsync(request with { Store = memory }, default)).ResumedBytes);
        Assert.Equal(["target.bin"], target.Names());
    }

    private static Task<(InMemoryObjectStore Memory, DownloadRequest Request)> StopAsync(EngineFixture fixture, SmallDisk disk) => StopAsync(fixture, disk.Path);

    /// <summary>Stops a download into the folder behind its tenth chunk.</summary>
    private static async Task<(InMemoryObjectStore Memory, DownloadRequest Request)> StopAsync(EngineFixture fixture, string folder)
    {
        var memory = new InMemoryObjectStore();
        var uploaded = await fixture.UploadAsync(memory, EngineFixture.RandomBytes(Length));
        var before = fixture.Engine.GetProgress().BytesDone;
        var target = Path.Combine(folder, "target.bin");
        var stalling = new FaultInjectingObjectStore(memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.Stall, Skip: 11));
        var request = fixture.Request(stalling, uploaded) with
        {
            Destination = target,
            Resume = CheckpointTesting.Identity(new CheckpointFolder(fixture.Folder.File("state")), target, "object"),
        };
        using var stop = new CancellationTokenSource();
        var download = fixture.Engine.DownloadAsync(request, stop.Token);
        await stalling.Stalled.WaitAsync(EngineFixture.Patience);
        await Waiting.UntilAsync(() => fixture.Engine.GetProgress().BytesDone - before >= 10 * Chunk);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.WaitAsync(EngineFixture.Patience));
        return (memory, request);
    }
}
