using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Core.Tests.Transfers;

public class LimitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task As_many_requests_run_at_once_as_there_are_connections(int connections)
    {
        await using var fixture = new EngineFixture(new TransferOptions(10, connections, 64 << 20) { PartSize = 16 << 10, ChunkSize = 16 << 10 });
        var gate = new GateStore(new InMemoryObjectStore(), connections);
        var contents = Enumerable.Range(0, 6).Select(i => EngineFixture.RandomBytes(300_000, i)).ToList();

        var uploaded = await Task.WhenAll(contents.Select((content, i) => fixture.Engine.UploadAsync(
            new UploadRequest { Source = new MemorySource(content), Store = gate, Key = $"key{i}" }, default)));
        await gate.Full.WaitAsync(EngineFixture.Patience);
        Assert.Equal(connections, gate.Most);

        gate.Reset();
        await Task.WhenAll(uploaded.Select((file, i) => fixture.DownloadAsync(gate, file, $"target{i}")));
        await gate.Full.WaitAsync(EngineFixture.Patience);
        Assert.Equal(connections, gate.Most);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task As_many_files_are_in_flight_as_the_throttle_limit_says(int limit)
    {
        await using var fixture = new EngineFixture(new TransferOptions(limit, 32, 64 << 20) { PartSize = 16 << 10 });
        var inFlight = 0;
        var most = 0;
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = new InMemoryObjectStore();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            var source = new MemorySource(EngineFixture.RandomBytes(1000, i))
            {
                BeforeRead = async _ =>
                {
                    var now = Interlocked.Increment(ref inFlight);
                    lock (full) most = Math.Max(most, now);
                    if (now == limit) full.TrySetResult();
                    // Nobody goes on before the limit has been reached once.
                    await full.Task.WaitAsync(EngineFixture.Patience);
                    Interlocked.Decrement(ref inFlight);
                },
            };
            await fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = store, Key = $"key{i}" }, default);
        }));

        Assert.Equal(limit, most);
    }

    [Fact]
    public async Task Memory_is_never_exceeded_and_nobody_starves()
    {
        const long Limit = 2 << 20;
        await using var fixture = new EngineFixture(new TransferOptions(12, 12, Limit) { PartSize = 256 << 10, ChunkSize = 256 << 10 });
        var memory = new InMemoryObjectStore();
        // Failing and repeating keeps buffers busy; it takes no memory of its own.
        var store = new RetryingObjectStore(
            new FaultInjectingObjectStore(memory, 3, new StoreFault(StoreOperation.Part, StoreFaultKind.Before, Probability: 0.3), new StoreFault(StoreOperation.Read, StoreFaultKind.Before, Probability: 0.3)),
            new RetryPolicy(() => 0, TimeProvider.System, Attempts: 50));
        var contents = Enumerable.Range(0, 24).Select(i => EngineFixture.RandomBytes((i % 4) * 700_000 + i, i)).ToList();

        var uploaded = await Task.WhenAll(contents.Select((content, i) => fixture.Engine.UploadAsync(
            new UploadRequest { Source = new MemorySource(content), Store = store, Key = $"key{i}" }, default))).WaitAsync(EngineFixture.Patience);
        await Task.WhenAll(uploaded.Select((file, i) => fixture.DownloadAsync(store, file, $"target{i}"))).WaitAsync(EngineFixture.Patience);

        for (var i = 0; i < contents.Count; i++) Assert.Equal(contents[i], await File.ReadAllBytesAsync(fixture.Folder.File($"target{i}")));
        Assert.InRange(fixture.Engine.Resources.Memory.Peak, 1, Limit);
        Assert.True(fixture.Engine.Resources.Memory.Peak > Limit / 2, "the limit was put to the test");
        Assert.Equal(0, fixture.Engine.Resources.Memory.Reserved);
    }

    [Fact]
    public async Task The_budget_serves_in_order_and_forgets_who_gives_up()
    {
        var first = new FileQuota();
        var budget = new MemoryBudget(100);
        await budget.ReserveAsync(80, first, default);
        using var stop = new CancellationTokenSource();
        var large = budget.ReserveAsync(90, new FileQuota(), stop.Token).AsTask();
        var small = budget.ReserveAsync(10, new FileQuota(), default).AsTask();
        // The small one would fit, but the large one was first.
        Assert.False(small.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small.WaitAsync(EngineFixture.Patience);
        Assert.Equal(90, budget.Reserved);
        var next = budget.ReserveAsync(50, new FileQuota(), default).AsTask();
        Assert.False(next.IsCompleted);
        budget.Release(80, first);
        await next.WaitAsync(EngineFixture.Patience);
        Assert.Equal(60, budget.Reserved);
        Assert.Equal(90, budget.Peak);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65 << 10)]
    [InlineData((8 << 20) + 32)]
    [InlineData((16 << 20) + 16)]
    [InlineData((48 << 20) + 16)]
    public async Task Buffers_are_used_again(int size)
    {
        var budget = new MemoryBudget(200 << 20);
        var pool = new BufferPool(budget);
        Memory<byte> first;
        using (var buffer = await pool.RentAsync(size, new FileQuota(), default))
        {
            first = buffer.Memory;
            Assert.True(first.Length >= size);
            Assert.Equal(first.Length, budget.Reserved);
            Assert.Equal(BufferPool.CapacityFor(size), first.Length);
        }

        using var again = await pool.RentAsync(size, new FileQuota(), default);
        Assert.True(first.Equals(again.Memory));
    }

    [Fact]
    public async Task A_part_that_fits_no_memory_is_refused()
    {
        await using var fixture = new EngineFixture(new TransferOptions(1, 1, 32 << 20));
        // 300 TiB need parts of more than 31 GiB in 10,000 parts of S3; here: 100 GiB in 100 parts.
        var source = new MemorySource([]) { Identity = new SourceIdentity(100L << 30, "x") };
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.Engine.UploadAsync(
            new UploadRequest { Source = source, Store = new InMemoryObjectStore(maximumParts: 100), Key = "key" }, default));
        Assert.Equal(ErrorIds.TransferOptionInvalid, failure.ErrorId);
    }

    [Theory]
    [InlineData(0, 1, 64)]
    [InlineData(1, 0, 64)]
    [InlineData(1, 1, 1)]
    public void Impossible_options_are_refused(int throttle, int connections, int mebibytes)
    {
        var failure = Assert.Throws<RescaleException>(() => new TransferEngine(new TransferOptions(throttle, connections, (long)mebibytes << 20)));
        Assert.Equal(ErrorIds.TransferOptionInvalid, failure.ErrorId);
    }

    /// <summary>Holds requests until as many are there at once as expected; then lets all pass.</summary>
    private sealed class GateStore(IObjectStore inner, int expected) : DelegatingObjectStore(inner)
    {
        private readonly object _lock = new();
        private TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;

        public int Most { get; private set; }

        public Task Full => _full.Task;

        public void Reset()
        {
            _full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Most = 0;
        }

        protected override async Task<T> RunAsync<T>(StoreOperation operation, int bytes, Func<Task<T>> request, CancellationToken cancellationToken)
        {
            var counted = operation is StoreOperation.Part or StoreOperation.Read;
            lock (_lock)
            {
                Most = Math.Max(Most, ++_running);
                if (_running == expected && counted) _full.TrySetResult();
            }

            try
            {
                if (counted && bytes > 32) await _full.Task.WaitAsync(EngineFixture.Patience, cancellationToken);
                return await request();
            }
            finally
            {
                lock (_lock) _running--;
            }
        }
    }
}
