using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Core.Tests.Transfers.Scheduling;

public sealed class SameContentTests : IAsyncDisposable
{
    private readonly InMemoryObjectStore _memory = new();

    public ValueTask DisposeAsync() => _memory.DisposeAsync();

    [Theory]
    [InlineData(100_000, true)]
    [InlineData(100_000, false)]
    [InlineData(0, true)]
    [InlineData(3_000_000, true)]
    public async Task What_is_wanted_five_times_is_fetched_once(int length, bool hasHash)
    {
        await using var fixture = new EngineFixture();
        var content = EngineFixture.RandomBytes(length);
        var uploaded = await fixture.UploadAsync(_memory, content);
        var counting = new CountingObjectStore(_memory);

        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => fixture.Engine.DownloadAsync(
            fixture.Request(counting, uploaded, $"target{i}") with { Sha512 = hasHash ? uploaded.Sha512 : null }, default)));
        // Once all are there, another one finds them.
        var late = await fixture.DownloadAsync(counting, uploaded, "late");

        // A small file brings its properties along.
        var first = length <= fixture.Options.ChunkSize ? StoreOperation.Read : StoreOperation.Properties;
        Assert.Equal(hasHash ? 1 : 2, counting.Requests(first));
        foreach (var result in results.Append(late))
        {
            Assert.Equal((length, uploaded.Sha512), (result.Length, result.Sha512));
            Assert.Equal(content, await File.ReadAllBytesAsync(result.Destination));
        }

        Assert.All(results, result => Assert.Equal(hasHash ? Integrity.Verified : Integrity.Unverifiable, result.Integrity));
        var progress = fixture.Engine.GetProgress();
        Assert.Equal((7, 7, 0), (progress.FilesTotal, progress.FilesDone, progress.FilesFailed));
        Assert.Equal(7L * length, progress.BytesDone);
        Assert.Equal(progress.BytesTotal, progress.BytesDone);
        Assert.Empty(Directory.GetFiles(fixture.Folder.Path, "*.rescale-*"));
    }

    [Fact]
    public async Task Equal_content_of_two_objects_is_one()
    {
        await using var fixture = new EngineFixture();
        var content = EngineFixture.RandomBytes(50_000);
        var one = await fixture.UploadAsync(_memory, content, "one");
        var two = await fixture.UploadAsync(_memory, content, "two");
        var counting = new CountingObjectStore(_memory);
        await fixture.DownloadAsync(counting, one, "target1");
        await fixture.DownloadAsync(counting, two, "target2");
        Assert.Equal(1, counting.Requests(StoreOperation.Properties));
        Assert.Equal(content, await File.ReadAllBytesAsync(fixture.Folder.File("target2")));
    }

    [Fact]
    public async Task Those_that_wait_hold_no_place()
    {
        await using var fixture = new EngineFixture(new TransferOptions(2, 2, 64 << 20) { ChunkSize = 16 << 10, PartSize = 64 << 10 });
        var same = await fixture.UploadAsync(_memory, EngineFixture.RandomBytes(5000), "same");
        var other = await fixture.UploadAsync(_memory, EngineFixture.RandomBytes(5000, 2), "other");
        var stalling = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.Stall, Times: 1));
        using var stop = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 10).Select(i => fixture.DownloadAsync(stalling, same, $"same{i}", stop.Token)).ToList();
        await stalling.Stalled.WaitAsync(EngineFixture.Patience);

        await fixture.DownloadAsync(_memory, other, "other").WaitAsync(EngineFixture.Patience);
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        await stop.CancelAsync();
        foreach (var task in waiting) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(EngineFixture.Patience));
        Assert.Equal(0, fixture.Engine.Resources.Memory.Reserved);
    }

    [Fact]
    public async Task A_copy_keeps_no_connection_from_the_others()
    {
        await using var sender = new EngineFixture();
        var same = await sender.UploadAsync(_memory, EngineFixture.RandomBytes(5000), "same");
        var other = await sender.UploadAsync(_memory, EngineFixture.RandomBytes(300_000, 2), "other");
        await using var fixture = new EngineFixture(new TransferOptions(2, 2, 64 << 20) { ChunkSize = 16 << 10 });
        await fixture.DownloadAsync(_memory, same, "same1");
        var resources = fixture.Engine.Resources;
        Assert.Equal(1, resources.Requests.MostInUse);

        // The copy waits for the disk, and the other one's requests for nothing.
        var slots = new List<IDisposable>();
        for (var i = 0; i < Math.Max(2, Environment.ProcessorCount); i++) slots.Add(await resources.Disk.EnterAsync(default));
        var copy = fixture.DownloadAsync(_memory, same, "same2");
        await Waiting.UntilAsync(() => fixture.Engine.GetProgress().Active.Any(transfer => transfer.WaitingFor == WaitReason.Disk));
        var stalling = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.Stall, Skip: 1));
        using var stop = new CancellationTokenSource();
        var download = fixture.DownloadAsync(stalling, other, "other", stop.Token);
        await Waiting.UntilAsync(() => resources.Requests.MostInUse == 2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.WaitAsync(EngineFixture.Patience));
        slots.ForEach(slot => slot.Dispose());
        await copy.WaitAsync(EngineFixture.Patience);
    }

    [Fact]
    public async Task When_the_first_fails_the_next_fetches()
    {
        await using var fixture = new EngineFixture();
        var content = EngineFixture.RandomBytes(30_000);
        var uploaded = await fixture.UploadAsync(_memory, content);
        var faulty = new FaultInjectingObjectStore(
            _memory, 1, new StoreFault(StoreOperation.Properties, StoreFaultKind.Before, Times: 2, Failure: StoreFault.Fatal));
        var all = Enumerable.Range(0, 5).Select(i => fixture.DownloadAsync(faulty, uploaded, $"target{i}")).ToList();
        await Task.WhenAll(all).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal(2, all.Count(task => task.Exception?.InnerException is RescaleException { ErrorId: ErrorIds.StorageRejected }));
        foreach (var task in all.Where(task => task.IsCompletedSuccessfully))
            Assert.Equal(content, await File.ReadAllBytesAsync((await task).Destination));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_fetched_is_not_believed_when_it_has_changed_since(bool deleted)
    {
        await using var fixture = new EngineFixture();
        var content = EngineFixture.RandomBytes(30_000);
        var uploaded = await fixture.UploadAsync(_memory, content);
        var first = await fixture.DownloadAsync(_memory, uploaded, "first");
        if (deleted)
        {
            File.Delete(first.Destination);
        }
        else
        {
            await using var file = new FileStream(first.Destination, FileMode.Open);
            file.Seek(20_000, SeekOrigin.Begin);
            file.WriteByte((byte)(content[20_000] ^ 1));
        }

        var counting = new CountingObjectStore(_memory);
        var second = await fixture.DownloadAsync(counting, uploaded, "second");
        Assert.Equal(content, await File.ReadAllBytesAsync(second.Destination));
        Assert.Equal(1, counting.Requests(StoreOperation.Properties));
        var progress = fixture.Engine.GetProgress();
        Assert.Equal(progress.BytesTotal, progress.BytesDone);
    }

    [Fact]
    public async Task A_copy_keeps_to_the_rules_of_its_destination()
    {
        await using var fixture = new EngineFixture();
        var uploaded = await fixture.UploadAsync(_memory, EngineFixture.RandomBytes(3000));
        await fixture.DownloadAsync(_memory, uploaded, "first");
        await File.WriteAllTextAsync(fixture.Folder.File("second"), "mine");
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.DownloadAsync(_memory, uploaded, "second"));
        Assert.Equal(ErrorIds.DestinationExists, failure.ErrorId);
        Assert.Equal("mine", await File.ReadAllTextAsync(fixture.Folder.File("second")));
        await fixture.Engine.DownloadAsync(fixture.Request(_memory, uploaded, "second") with { Overwrite = true }, default);
        Assert.Equal(3000, new FileInfo(fixture.Folder.File("second")).Length);
    }
}
