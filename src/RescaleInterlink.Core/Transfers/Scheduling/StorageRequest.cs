using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>
/// One storage request that has a connection. While it waits to be repeated it has none, and takes one again ahead of the
/// others; its memory it keeps. Disposing gives the connection back.
/// </summary>
internal sealed class StorageRequest(EngineResources engine, TransferEntry entry) : IStoreObserver, IDisposable
{
    private bool _disposed;
    private bool _hasConnection = true;
    private Waiting? _retry;

    public async Task<T> RunAsync<T>(Func<Task<T>> request)
    {
        StoreObserver.Current = this;
        entry.OnRequest(1);
        try
        {
            return await request();
        }
        catch (RescaleException failure)
        {
            Note(failure);
            throw;
        }
        finally
        {
            StoreObserver.Current = null;
            if (_retry is { } unfinished) unfinished.Dispose();
            else entry.OnRequest(-1);
        }
    }

    void IStoreObserver.OnRetrying(RescaleException failure, TimeSpan wait)
    {
        Note(failure);
        entry.OnRequest(-1);
        _retry = entry.BeginWait(WaitReason.Retry);
        GiveBack();
    }

    async ValueTask IStoreObserver.OnResumingAsync(CancellationToken cancellationToken)
    {
        await engine.Requests.EnterAsync(RequestLane.Repeated, entry.Quota, cancellationToken);
        _hasConnection = true;
        _retry?.Dispose();
        _retry = null;
        entry.OnRequest(1);
    }

    int IStoreObserver.PieceSize => engine.Bandwidth?.PieceSize ?? StoreObserver.LongestPiece;

    async ValueTask IStoreObserver.PaceAsync(int bytes, CancellationToken cancellationToken)
    {
        if (engine.Bandwidth is { } bandwidth)
        {
            var turn = bandwidth.TakeAsync(bytes, cancellationToken);
            if (!turn.IsCompletedSuccessfully)
            {
                entry.OnRequest(-1);
                try
                {
                    await entry.WaitAsync(WaitReason.RateLimit, turn);
                }
                finally
                {
                    entry.OnRequest(1);
                }
            }
        }

        engine.Requests.OnBytes(bytes);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        GiveBack();
    }

    private void GiveBack()
    {
        if (!_hasConnection) return;
        _hasConnection = false;
        engine.Requests.Leave(entry.Quota);
    }

    private void Note(RescaleException failure)
    {
        if (failure.Kind == ErrorKind.RateLimited || failure.StatusCode is 429 or 503) engine.Requests.OnThrottled();
        else if (failure.Kind == ErrorKind.TimedOut) engine.Requests.OnTimedOut();
    }
}
