using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>The multipart upload of one file: begun at most once, and committed or aborted.</summary>
internal sealed class MultipartSession(
    UploadRequest request, IReadOnlyDictionary<string, string> metadata, TransferEntry entry, CancellationToken stop)
{
    // A stop gives the prompt back within 2 s: this long for the beginning to tell its id, then this long to abort.
    private static readonly TimeSpan BeginGrace = TimeSpan.FromSeconds(0.8);
    private static readonly TimeSpan AbortAfterStop = TimeSpan.FromSeconds(0.7);
    private static readonly TimeSpan AbortAfterFailure = TimeSpan.FromSeconds(15);

    private readonly object _lock = new();
    private Task<MultipartUpload>? _begun;

    /// <summary>Begins the upload, or gives the one already begun.</summary>
    public Task<MultipartUpload> BeginAsync()
    {
        lock (_lock) return _begun ??= BeginOnceAsync();
    }

    private async Task<MultipartUpload> BeginOnceAsync()
    {
        // A request cut off after the store has acted on it would leave an upload whose id nobody knows; so a stop lets it end.
        using var late = new CancellationTokenSource();
        await using var onStop = stop.UnsafeRegister(state => ((CancellationTokenSource)state!).CancelAfter(BeginGrace), late);
        return await entry.RequestAsync(RequestLane.Short, () =>
        {
            stop.ThrowIfCancellationRequested();
            return request.Store.BeginAsync(request.Key, metadata, late.Token);
        }, stop);
    }

    public async Task CommitAsync(IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        var upload = await BeginAsync();
        await entry.RequestAsync(RequestLane.Short, () => request.Store.CommitAsync(upload, parts, cancellationToken), cancellationToken);
    }

    /// <summary>Gives up what was begun, with a token that has not been cancelled. Throws nothing.</summary>
    public async Task AbortAsync(bool stopped)
    {
        Task<MultipartUpload>? begun;
        lock (_lock) begun = _begun;
        if (begun is null) return;
        using var limit = new CancellationTokenSource(stopped ? AbortAfterStop : AbortAfterFailure);
        try
        {
            var upload = await begun.WaitAsync(limit.Token);
            await entry.RequestAsync(RequestLane.Short, async () =>
            {
                await request.Store.AbortAsync(upload, limit.Token);
                return true;
            }, limit.Token);
        }
        catch (Exception failure) when (failure is RescaleException or OperationCanceledException)
        {
            // Nothing was begun, or the store cannot be reached; the failure that led here is the one to report, and
            // an upload left behind takes effect on nothing and can be found by listing.
        }
    }
}
