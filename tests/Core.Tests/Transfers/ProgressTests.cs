using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Core.Tests.Transfers;

public class ProgressTests
{
    [Fact]
    public async Task Numbers_only_grow_and_end_complete()
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var slow = new FaultInjectingObjectStore(memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Delay));
        var content = EngineFixture.RandomBytes(2_000_000);
        var snapshots = new List<ProgressSnapshot>();

        var upload = fixture.UploadAsync(slow, content);
        while (!upload.IsCompleted)
        {
            snapshots.Add(fixture.Engine.GetProgress());
            await Task.Yield();
        }

        await upload;
        var last = fixture.Engine.GetProgress();
        snapshots.Add(last);
        Assert.All(snapshots.Zip(snapshots.Skip(1)), pair => Assert.True(pair.First.BytesDone <= pair.Second.BytesDone));
        Assert.All(snapshots, snapshot => Assert.True(snapshot.BytesDone <= snapshot.BytesTotal && snapshot.Active.Count <= 4));
        Assert.Equal(new ProgressSnapshot(1, 1, 0, content.Length, content.Length, last.BytesPerSecond, last.Active), last);
        Assert.Empty(last.Active);
    }

    [Fact]
    public async Task Every_wait_has_a_name()
    {
        await using var fixture = new EngineFixture(new TransferOptions(4, 1, 64 << 20) { PartSize = 64 << 10 });
        var stalled = new FaultInjectingObjectStore(new InMemoryObjectStore(), 1, new StoreFault(StoreOperation.Put, StoreFaultKind.Stall, Times: 1));
        using var stop = new CancellationTokenSource();
        var first = fixture.Engine.UploadAsync(new UploadRequest { Source = new MemorySource(new byte[9]), Store = stalled, Key = "1" }, stop.Token);
        await stalled.Stalled.WaitAsync(EngineFixture.Patience);
        var second = fixture.Engine.UploadAsync(new UploadRequest { Source = new MemorySource(new byte[5]), Store = stalled, Key = "2" }, stop.Token);

        await Waiting.UntilAsync(() => fixture.Engine.GetProgress().Active is [{ WaitingFor: WaitReason.Nothing }, { WaitingFor: WaitReason.Connection }]);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task A_retry_shows()
    {
        await using var fixture = new EngineFixture();
        var faulty = new FaultInjectingObjectStore(new InMemoryObjectStore(), 1, new StoreFault(StoreOperation.Put, StoreFaultKind.Before));
        // A clock that stands still keeps it waiting.
        var store = new RetryingObjectStore(faulty, new RetryPolicy(() => 1, new ManualTime()));
        using var stop = new CancellationTokenSource();
        var upload = fixture.Engine.UploadAsync(new UploadRequest { Source = new MemorySource(new byte[9]), Store = store, Key = "1" }, stop.Token);
        await Waiting.UntilAsync(() => fixture.Engine.GetProgress().Active is [{ WaitingFor: WaitReason.Retry }]);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
    }

    [Fact]
    public void Speed_is_that_of_the_last_minute()
    {
        var time = new ManualTime();
        var meter = new SpeedMeter(time);
        meter.Start();
        for (var second = 0; second < 100; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            meter.Add(second < 40 ? 1000 : 10);
        }

        var (bytes, perSecond) = meter.Read();
        Assert.Equal(40 * 1000 + 60 * 10, bytes);
        Assert.Equal(10, perSecond, 1);
    }

    [Fact]
    public void What_an_earlier_run_has_moved_is_done_and_no_speed()
    {
        var time = new ManualTime();
        using var resources = new EngineResources(new TransferOptions(), time);
        var tracker = new ProgressTracker(resources, time);
        var entry = tracker.Add("a", TransferDirection.Upload, 2000);
        entry.AddResumed(1000);
        time.Advance(TimeSpan.FromSeconds(1));
        entry.AddBytes(10);
        var now = tracker.GetSnapshot();
        Assert.Equal((1010L, 2000L, 10d), (now.BytesDone, now.BytesTotal, now.BytesPerSecond));
    }

    [Fact]
    public void What_moves_again_is_speed_and_counts_once()
    {
        var time = new ManualTime();
        using var resources = new EngineResources(new TransferOptions(), time);
        var tracker = new ProgressTracker(resources, time);
        var entry = tracker.Add("a", TransferDirection.Upload, 2000);
        entry.AddResumed(1000);
        entry.AddBytes(300);
        entry.RepeatAll();
        time.Advance(TimeSpan.FromSeconds(1));
        entry.AddBytes(1200);
        Assert.Equal((1300L, 1500d), (tracker.GetSnapshot().BytesDone, tracker.GetSnapshot().BytesPerSecond));
        entry.AddBytes(800);
        // Late, of the run that was given up.
        entry.AddBytes(300);
        Assert.Equal((2000L, 2000L), (tracker.GetSnapshot().BytesDone, tracker.GetSnapshot().BytesTotal));
    }

    [Fact]
    public async Task A_failure_of_one_task_ends_the_others_and_is_the_one_reported()
    {
        var scope = new TaskScope(default);
        var told = new TaskCompletionSource();
        scope.Run(async () =>
        {
            scope.Token.Register(told.SetResult);
            await told.Task;
            throw new InvalidOperationException("second");
        });
        scope.Run(() => throw new RescaleException(ErrorIds.StorageFault, ErrorKind.ServerFault, "first"));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => scope.JoinAsync().WaitAsync(EngineFixture.Patience));
        Assert.Equal("first", failure.Message);
        Assert.True(told.Task.IsCompletedSuccessfully);
    }
}
