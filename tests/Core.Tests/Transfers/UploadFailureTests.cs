using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

public class UploadFailureTests
{
    private const int Part = 64 << 10;

    private static RetryingObjectStore Retrying(IObjectStore store) => new(store, new RetryPolicy(() => 0, TimeProvider.System));

    public static TheoryData<StoreOperation, StoreFaultKind> Faults => new()
    {
        { StoreOperation.Begin, StoreFaultKind.Before },
        { StoreOperation.Part, StoreFaultKind.Before },
        { StoreOperation.Part, StoreFaultKind.LoseReply },
        { StoreOperation.Commit, StoreFaultKind.Before },
        { StoreOperation.Commit, StoreFaultKind.LoseReply },
    };

    [Theory, MemberData(nameof(Faults))]
    public async Task A_passing_failure_is_survived(StoreOperation operation, StoreFaultKind kind)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(operation, kind, Times: 3));
        var content = EngineFixture.RandomBytes(5 * Part + 3);

        var uploaded = await fixture.UploadAsync(Retrying(faulty), content);
        await fixture.DownloadAsync(memory, uploaded);

        Assert.True(faulty.Hits > 0);
        Assert.Equal(0, memory.UnfinishedUploads);
        Assert.Equal(content, await File.ReadAllBytesAsync(fixture.Folder.File("target.bin")));
    }

    [Theory]
    [InlineData(StoreOperation.Begin, 5 * Part)]
    [InlineData(StoreOperation.Part, 5 * Part)]
    [InlineData(StoreOperation.Commit, 5 * Part)]
    [InlineData(StoreOperation.Put, 1000)]
    [InlineData(StoreOperation.Put, Part)]
    public async Task A_lasting_failure_leaves_nothing_in_the_store(StoreOperation operation, int length)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(operation, StoreFaultKind.Before, Skip: operation == StoreOperation.Part ? 2 : 0, Failure: StoreFault.Fatal));

        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.UploadAsync(Retrying(faulty), EngineFixture.RandomBytes(length)));

        Assert.Equal(ErrorIds.StorageRejected, failure.ErrorId);
        Assert.Empty(memory.Keys);
        Assert.Equal(0, memory.UnfinishedUploads);
        Assert.Equal(0, fixture.Engine.Resources.Memory.Reserved);
        Assert.Equal(1, fixture.Engine.GetProgress().FilesFailed);
    }

    [Theory]
    [InlineData(StoreOperation.Begin, 5 * Part)]
    [InlineData(StoreOperation.Part, 5 * Part)]
    [InlineData(StoreOperation.Commit, 5 * Part)]
    [InlineData(StoreOperation.Put, 1000)]
    public async Task A_stop_while_the_store_is_silent_leaves_no_upload(StoreOperation operation, int length)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(operation, StoreFaultKind.Stall));
        using var stop = new CancellationTokenSource();

        var upload = fixture.UploadAsync(Retrying(faulty), EngineFixture.RandomBytes(length), stop: stop.Token);
        await faulty.Stalled.WaitAsync(EngineFixture.Patience);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload.WaitAsync(EngineFixture.Patience));
        Assert.Empty(memory.Keys);
        Assert.Equal(0, memory.UnfinishedUploads);
        Assert.Equal(0, fixture.Engine.Resources.Memory.Reserved);
    }

    [Fact]
    public async Task A_stop_while_the_source_is_silent_leaves_no_upload()
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        using var stop = new CancellationTokenSource();
        var source = new ForwardSource(EngineFixture.RandomBytes(5 * Part)) { StallAt = 3 * Part };

        var upload = fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = memory, Key = "key" }, stop.Token);
        await source.Stalled.Task.WaitAsync(EngineFixture.Patience);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload.WaitAsync(EngineFixture.Patience));
        Assert.Empty(memory.Keys);
        Assert.Equal(0, memory.UnfinishedUploads);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_source_that_ignores_it()
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        using var stop = new CancellationTokenSource();
        var reading = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var source = new MemorySource(EngineFixture.RandomBytes(40 * Part))
        {
            BeforeRead = number =>
            {
                if (number < 20) return Task.CompletedTask;
                reading.TrySetResult();
                return release.Task;
            },
        };

        var upload = fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = memory, Key = "key" }, stop.Token);
        await reading.Task.WaitAsync(EngineFixture.Patience);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload.WaitAsync(EngineFixture.Patience));
        Assert.Equal(0, memory.UnfinishedUploads);
        release.SetResult();
        // What the late reader held comes back when it ends.
        await Waiting.UntilAsync(() => fixture.Engine.Resources.Memory.Reserved == 0);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Part)]
    [InlineData(5 * Part)]
    public async Task A_source_that_changes_is_not_committed(int length)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        MemorySource source = null!;
        source = new MemorySource(EngineFixture.RandomBytes(length))
        {
            BeforeRead = _ =>
            {
                source.Identity = source.Identity with { Stamp = "later" };
                return Task.CompletedTask;
            },
        };

        var failure = await Assert.ThrowsAsync<RescaleException>(() =>
            fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = memory, Key = "key" }, default));

        Assert.Equal(ErrorIds.SourceChanged, failure.ErrorId);
        Assert.Empty(memory.Keys);
        Assert.Equal(0, memory.UnfinishedUploads);
    }

    [Theory]
    [InlineData(4 * Part)]
    [InlineData(6 * Part)]
    [InlineData(5 * Part - 1)]
    [InlineData(5 * Part + 1)]
    public async Task A_stream_of_another_length_than_promised_is_not_committed(int actual)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var source = new ForwardSource(EngineFixture.RandomBytes(actual), length: 5 * Part);
        var failure = await Assert.ThrowsAsync<RescaleException>(() =>
            fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = memory, Key = "key" }, default));
        Assert.Equal(ErrorIds.SourceChanged, failure.ErrorId);
        Assert.Empty(memory.Keys);
        Assert.Equal(0, memory.UnfinishedUploads);
    }

    [Fact]
    public async Task A_stream_with_more_parts_than_the_store_takes_is_refused()
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore(maximumParts: 3);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.Engine.UploadAsync(
            new UploadRequest { Source = new ForwardSource(EngineFixture.RandomBytes(4 * Part)), Store = memory, Key = "key" }, default));
        Assert.Equal(ErrorIds.StorageNotSupported, failure.ErrorId);
        Assert.Equal(0, memory.UnfinishedUploads);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Half_of_all_requests_may_fail(int seed)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var operations = new[] { StoreOperation.Begin, StoreOperation.Part, StoreOperation.Commit, StoreOperation.Properties, StoreOperation.Read };
        // Each request still has 50 tries, so that the seed decides the places and never the outcome.
        var store = new RetryingObjectStore(
            new FaultInjectingObjectStore(memory, seed, [.. operations.Select(operation =>
                new StoreFault(operation, operation == StoreOperation.Commit ? StoreFaultKind.LoseReply : StoreFaultKind.Before, Probability: 0.5, Failure: StoreFault.SlowDown))]),
            new RetryPolicy(() => 0, TimeProvider.System, Attempts: 50));
        var content = EngineFixture.RandomBytes(20 * Part + 1, seed);
        var uploaded = await fixture.UploadAsync(store, content);
        await fixture.DownloadAsync(store, uploaded);
        var received = await File.ReadAllBytesAsync(fixture.Folder.File("target.bin"));
        Assert.True(content.AsSpan().SequenceEqual(received), $"seed {seed}");
        Assert.Equal(0, memory.UnfinishedUploads);
    }
}
