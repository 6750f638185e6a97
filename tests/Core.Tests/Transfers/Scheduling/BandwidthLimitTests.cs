using System.Collections.Concurrent;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Core.Tests.Transfers.Scheduling;

public class BandwidthLimitTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(1L << 10, 256 << 10)]
    [InlineData(1L << 10, 100)]
    [InlineData(1L << 20, 256 << 10)]
    [InlineData(1L << 30, 256 << 10)]
    public async Task The_rate_is_kept_whatever_the_pieces(long bytesPerSecond, int piece)
    {
        using var limit = new BandwidthLimit(bytesPerSecond, _time);
        var begun = _time.GetTimestamp();
        const int Takers = 3;
        const int PiecesEach = 500;
        await _time.RunAsync(Task.WhenAll(Enumerable.Range(0, Takers).Select(async _ =>
        {
            for (var i = 0; i < PiecesEach; i++) await limit.TakeAsync(piece, default);
            return true;
        })));

        var seconds = _time.GetElapsedTime(begun).TotalSeconds;
        var bytes = (double)Takers * PiecesEach * piece;
        // What may be caught up at the beginning, and the pieces that end in debt, need no waiting.
        var free = Math.Min(bytesPerSecond, 1 << 20) + Takers * piece;
        Assert.InRange(seconds, (bytes - free) / bytesPerSecond, bytes / bytesPerSecond * 1.001 + 0.002);
    }

    [Fact]
    public void After_a_silence_no_more_than_a_second_or_a_mebibyte_is_caught_up()
    {
        Assert.Equal(100, BurstAfterSilence(100_000, 1000));
        Assert.Equal(1024, BurstAfterSilence(100 << 20, 1024));
    }

    [Theory]
    [InlineData(1L << 10, 1 << 10)]
    [InlineData(100_000L, 12_500)]
    [InlineData(1L << 20, 128 << 10)]
    [InlineData(1L << 30, 256 << 10)]
    public async Task A_transfer_moves_pieces_that_come_several_times_a_second(long bytesPerSecond, int piece)
    {
        await using var fixture = new EngineFixture(new TransferOptions(MaxBytesPerSecond: bytesPerSecond));
        var store = new PieceStore(new InMemoryObjectStore());
        await fixture.DownloadAsync(store, await fixture.UploadAsync(store, [1, 2, 3]));
        Assert.NotEmpty(store.Pieces);
        Assert.All(store.Pieces, seen => Assert.Equal(piece, seen));
    }

    [Fact]
    public async Task It_serves_in_order_and_forgets_who_gives_up()
    {
        using var limit = new BandwidthLimit(1000, _time);
        await limit.TakeAsync(2000, default);
        using var stop = new CancellationTokenSource();
        var huge = limit.TakeAsync(1_000_000, stop.Token).AsTask();
        var first = limit.TakeAsync(500, default).AsTask();
        var second = limit.TakeAsync(1, default).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => huge);

        // The debt of 1000 bytes is paid after a second, that of the first after half a second more.
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.False(first.IsCompleted || second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        await first.WaitAsync(EngineFixture.Patience);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        await second.WaitAsync(EngineFixture.Patience);
    }

    /// <summary>Notes the length of pieces that requests are to have.</summary>
    private sealed class PieceStore(IObjectStore inner) : DelegatingObjectStore(inner)
    {
        public ConcurrentQueue<int> Pieces { get; } = new();

        protected override Task<T> RunAsync<T>(StoreOperation operation, int bytes, Func<Task<T>> request, CancellationToken cancellationToken)
        {
            Pieces.Enqueue(StoreObserver.Current!.PieceSize);
            return request();
        }
    }

    /// <returns>Pieces that pass at once.</returns>
    private int BurstAfterSilence(long bytesPerSecond, int piece)
    {
        using var limit = new BandwidthLimit(bytesPerSecond, _time);
        _time.Advance(TimeSpan.FromHours(1));
        var pieces = 0;
        while (limit.TakeAsync(piece, default).AsTask().IsCompleted) pieces++;
        return pieces;
    }
}
