using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class PaceTests
{
    private const int Length = (3 * StoreObserver.LongestPiece) + 1000;

    [Theory]
    [InlineData("s3")]
    [InlineData("azure")]
    public async Task Every_byte_of_a_body_is_asked_for_once_in_both_directions(string kind)
    {
        await using var server = Serve(kind, Length);
        await using var store = Open(kind, server.Url);
        var upload = new MultipartUpload("key", "id", S3Scripting.Metadata());
        Assert.Equal(Length, (await PacedAsync(() => store.WritePartAsync(upload, 1, new byte[Length], default))).Sum());
        Assert.Equal(Length, (await PacedAsync(() => store.ReadRangeAsync("key", 0, new byte[Length], null, default))).Sum());
        Assert.Equal(Length, (await PacedAsync(() => store.PutAsync("key", new byte[Length], S3Scripting.Metadata(), default))).Sum());
    }

    [Fact]
    public async Task Waiting_for_the_pace_is_neither_silence_nor_time_of_the_request()
    {
        var time = new ManualTime();
        var pacer = new Pacer { Gate = new TaskCompletionSource() };
        StoreObserver.Current = pacer;
        using var watch = new ActivityWatch(StoreTimeouts.Default, time, default);
        time.Advance(TimeSpan.FromMinutes(9));
        watch.Touch();
        Assert.True(watch.TimedOut);

        using var patient = new ActivityWatch(new StoreTimeouts(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10)), time, default);
        time.Advance(TimeSpan.FromMinutes(1));
        var waiting = patient.PaceAsync(1);
        time.Advance(TimeSpan.FromHours(3));
        Assert.False(patient.TimedOut);
        pacer.Gate.SetResult();
        await waiting;
        for (var minute = 0; minute < 8; minute++)
        {
            patient.Touch();
            time.Advance(TimeSpan.FromMinutes(1));
            Assert.False(patient.TimedOut);
        }

        patient.Touch();
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(patient.TimedOut);
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("azure")]
    public async Task Pieces_are_as_long_as_the_pace_wants_them(string kind)
    {
        const int Piece = 1 << 10;
        await using var server = Serve(kind, 10 * Piece);
        await using var store = Open(kind, server.Url);
        var expected = Enumerable.Repeat(Piece, 10);
        Assert.Equal(expected, await PacedAsync(() => store.ReadRangeAsync("key", 0, new byte[10 * Piece], null, default), Piece));
        var upload = new MultipartUpload("key", "id", S3Scripting.Metadata());
        Assert.Equal(expected, await PacedAsync(() => store.WritePartAsync(upload, 1, new byte[10 * Piece], default), Piece));
    }

    [Theory]
    [InlineData("s3", true)]
    [InlineData("s3", false)]
    [InlineData("azure", true)]
    [InlineData("azure", false)]
    public async Task A_stop_ends_the_wait_for_the_pace(string kind, bool write)
    {
        await using var server = Serve(kind, 1000);
        await using var store = Open(kind, server.Url);
        using var stop = new CancellationTokenSource();
        // It never lets a byte go.
        var pacer = new Pacer { Gate = new TaskCompletionSource() };
        StoreObserver.Current = pacer;
        var upload = new MultipartUpload("key", "id", S3Scripting.Metadata());
        var request = write
            ? (Task)store.WritePartAsync(upload, 1, new byte[1000], stop.Token)
            : store.ReadRangeAsync("key", 0, new byte[1000], null, stop.Token);
        await Transfers.Waiting.UntilAsync(() => pacer.HasPieces);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(Transfers.EngineFixture.Patience, CancellationToken.None));
    }

    private static ScriptedServer Serve(string kind, int length) => S3Scripting.Serve((request, _) =>
        request.Method == "PUT" ? AzureScripting.Created() with { Status = kind == "s3" ? 200 : 201 } : AzureScripting.Range(new byte[length]));

    private static IObjectStore Open(string kind, Uri server) => kind == "s3" ? S3Scripting.Open(server) : AzureScripting.Open(server);

    private static async Task<List<int>> PacedAsync(Func<Task> request, int piece = StoreObserver.LongestPiece)
    {
        var pacer = new Pacer { PieceSize = piece };
        StoreObserver.Current = pacer;
        await request();
        Assert.All(pacer.Pieces, piece => Assert.InRange(piece, 1, StoreObserver.LongestPiece));
        return pacer.Pieces;
    }

    private sealed class Pacer : IStoreObserver
    {
        public List<int> Pieces { get; } = [];

        public TaskCompletionSource? Gate { get; init; }

        public int PieceSize { get; init; } = StoreObserver.LongestPiece;

        public bool HasPieces
        {
            get
            {
                lock (Pieces) return Pieces.Count > 0;
            }
        }

        public void OnRetrying(RescaleException failure, TimeSpan wait)
        {
        }

        public ValueTask OnResumingAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask PaceAsync(int bytes, CancellationToken cancellationToken)
        {
            lock (Pieces) Pieces.Add(bytes);
            return Gate is null ? ValueTask.CompletedTask : new ValueTask(Gate.Task.WaitAsync(cancellationToken));
        }
    }
}
