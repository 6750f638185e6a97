using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Core.Tests.Transfers.Scheduling;

/// <summary>What files of one engine owe each other.</summary>
public sealed class SharingTests : IAsyncDisposable
{
    private readonly InMemoryObjectStore _memory = new();

    public ValueTask DisposeAsync() => _memory.DisposeAsync();

    [Fact]
    public async Task A_request_that_waits_to_be_repeated_holds_memory_but_no_connection()
    {
        const long Limit = 2 << 20;
        const int Parts = 256 << 10;
        var time = new ManualTime();
        await using var fixture = new EngineFixture(new TransferOptions(8, 1, Limit) { PartSize = Parts });
        var faulty = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Before, Times: 12, Failure: AskToWait));
        var store = new RetryingObjectStore(faulty, new RetryPolicy(() => 0, time, Attempts: 20));
        var contents = Enumerable.Range(0, 4).Select(i => EngineFixture.RandomBytes(2 * Parts + 1, i)).ToList();
        var uploads = contents.Select((content, i) => UploadAsync(fixture, store, content, $"key{i}")).ToList();
        // As many parts as fit beside what is kept for a file without any.
        await Waiting.UntilAsync(() => faulty.Hits >= 5 && fixture.Engine.Resources.Memory.Reserved >= 5 * Parts);

        // There is one connection for all of them, and it is free.
        await UploadAsync(fixture, _memory, new byte[1000], "small").WaitAsync(EngineFixture.Patience);
        Assert.DoesNotContain(uploads, upload => upload.IsCompleted);

        var results = await time.RunAsync(Task.WhenAll(uploads)).WaitAsync(EngineFixture.Patience);
        Assert.All(results, result => Assert.Equal(3, result.Parts));
        Assert.InRange(fixture.Engine.Resources.Memory.Peak, 5 * Parts, Limit);
        Assert.Equal(0, fixture.Engine.Resources.Memory.Reserved);
        Assert.Equal(1, fixture.Engine.GetUsage().MostConnections);
        Assert.Contains(WaitReason.Retry, fixture.Engine.GetUsage().Waits.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stalled_file_does_not_hold_up_others(bool upload)
    {
        const long Limit = 2 << 20;
        await using var fixture = new EngineFixture(new TransferOptions(3, null, Limit) { PartSize = 64 << 10, ChunkSize = 64 << 10 });
        var large = EngineFixture.RandomBytes(5_000_000);
        var content = EngineFixture.RandomBytes(200_000, 2);
        var stored = await fixture.UploadAsync(_memory, content, "small");
        var storedLarge = await fixture.UploadAsync(_memory, large, "large");
        using var stop = new CancellationTokenSource();
        var stalling = new FaultInjectingObjectStore(
            _memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Stall), new StoreFault(StoreOperation.Read, StoreFaultKind.Stall, Skip: 1));
        var stalled = upload
            ? (Task)UploadAsync(fixture, stalling, large, "stalled", stop.Token)
            : fixture.DownloadAsync(stalling, storedLarge, "stalled", stop.Token);
        // It is alone, and takes all.
        await Waiting.UntilAsync(() => stalling.Hits >= 8);

        await fixture.DownloadAsync(_memory, stored, "target").WaitAsync(EngineFixture.Patience);
        await UploadAsync(fixture, _memory, content, "again").WaitAsync(EngineFixture.Patience);
        Assert.False(stalled.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stalled);
    }

    [Fact]
    public async Task No_more_bytes_move_than_allowed()
    {
        const long Rate = 100_000;
        var time = new ManualTime();
        using var folder = new TemporaryFolder();
        await using var engine = new TransferEngine(new TransferOptions(4, null, 64 << 20, Rate) { PartSize = 64 << 10 }, time);
        var store = new PacedStore(_memory);
        var begun = time.GetUtcNow();
        var contents = Enumerable.Range(0, 5).Select(i => EngineFixture.RandomBytes(300_000, i)).ToList();
        var uploaded = await time.RunAsync(Task.WhenAll(contents.Select((content, i) => engine.UploadAsync(
            new UploadRequest { Source = new MemorySource(content), Store = store, Key = $"key{i}" }, default))));
        await time.RunAsync(Task.WhenAll(uploaded.Select((file, i) => engine.DownloadAsync(
            new DownloadRequest
            {
                DisplayName = file.Key, Store = store, Key = file.Key, EncryptionKey = file.EncryptionKey, Length = file.Length,
                Sha512 = file.Sha512, Destination = folder.File($"target{i}"),
            }, default))));

        var seconds = (time.GetUtcNow() - begun).TotalSeconds;
        Assert.InRange(store.Moved, 2 * 1_500_000, 2 * 1_500_000 + 10_000);
        // A second's worth at the beginning of each half, and the last piece, need no waiting.
        Assert.InRange(seconds, (store.Moved - 2 * Rate - 2 * PacedStore.Piece) / (double)Rate, store.Moved / (double)Rate);
        Assert.Contains(WaitReason.RateLimit, engine.GetUsage().Waits.Keys);
        // Each connection is to keep 128 KiB/s.
        Assert.Equal(1, engine.GetUsage().MostConnections);
    }

    [Theory]
    [InlineData(512L << 20, null, 8 << 20)]
    [InlineData(64L << 20, null, 4 << 20)]
    [InlineData(512L << 20, 1L << 20, 8 << 20)]
    [InlineData(512L << 20, 100_000L, 800_000)]
    [InlineData(512L << 20, 1024L, 64 << 10)]
    public async Task Chunks_fit_the_memory_and_the_bandwidth(long memory, long? bytesPerSecond, int expected)
    {
        await using var engine = new TransferEngine(new TransferOptions(5, null, memory, bytesPerSecond));
        Assert.Equal(expected, engine.Resources.ChunkSize);
    }

    private static RescaleException AskToWait() => new(ErrorIds.StorageFault, ErrorKind.ServerFault, "injected: 500")
    {
        Behavior = ErrorBehavior.Retry,
        RetryAfter = TimeSpan.FromSeconds(5),
        StatusCode = 500,
    };

    private static Task<UploadResult> UploadAsync(
        EngineFixture fixture, IObjectStore store, byte[] content, string key, CancellationToken stop = default) =>
        fixture.Engine.UploadAsync(new UploadRequest { Source = new MemorySource(content), Store = store, Key = key }, stop);

    /// <summary>Asks before each piece of a body, as stores do.</summary>
    private sealed class PacedStore(IObjectStore inner) : DelegatingObjectStore(inner)
    {
        public const int Piece = 16 << 10;
        private long _moved;

        public long Moved => Volatile.Read(ref _moved);

        protected override async Task<T> RunAsync<T>(StoreOperation operation, int bytes, Func<Task<T>> request, CancellationToken cancellationToken)
        {
            for (var left = bytes; left > 0; left -= Piece)
            {
                var piece = Math.Min(left, Piece);
                await StoreObserver.Current!.PaceAsync(piece, cancellationToken);
                Interlocked.Add(ref _moved, piece);
            }

            return await request();
        }
    }
}
