using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>The multipart upload of one file: begun at most once, or taken over from an earlier run; then committed, aborted or left to continue.</summary>
internal sealed class MultipartSession(IObjectStore store, UploadLedger ledger, TransferEntry entry, CancellationToken stop)
{
    // So long may the beginning still tell its id after a stop; it ends within the time that tasks have to end.
    private static readonly TimeSpan BeginGrace = TimeSpan.FromSeconds(0.8);

    private readonly object _lock = new();
    private Task<MultipartUpload>? _begun;

    /// <summary>Takes over the upload that an earlier run began, and tells what the store holds of it.</summary>
    /// <exception cref="RescaleException">UploadVanished.</exception>
    public async Task<IReadOnlyList<StoredPart>> TakeOverAsync(MultipartUpload upload)
    {
        lock (_lock) _begun = Task.FromResult(upload);
        return await entry.RequestAsync(RequestLane.Short, async () =>
        {
            var all = new List<StoredPart>();
            await foreach (var part in store.ListPartsAsync(upload, stop)) all.Add(part);
            return all;
        }, stop);
    }

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
        await ledger.OnBeginningAsync(stop);
        var upload = await entry.RequestAsync(RequestLane.Short, () =>
        {
            stop.ThrowIfCancellationRequested();
            return store.BeginAsync(ledger.Plan.Key, ledger.Plan.Metadata, late.Token);
        }, stop);
        try
        {
            await ledger.OnBegunAsync(upload, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The id is known: what ends the session saves it, or gives the upload up.
        }

        return upload;
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var upload = await BeginAsync();
        var parts = ledger.Parts.Select(part => new StoredPart(part.Number, part.ETag, part.Length, part.Checksum)).ToList();
        await entry.RequestAsync(RequestLane.Short, () => store.CommitAsync(upload, parts, cancellationToken), cancellationToken);
    }

    /// <summary>Leaves what was begun for a later run. Throws nothing.</summary>
    /// <param name="longest">What it may take.</param>
    public async Task KeepAsync(TimeSpan longest)
    {
        using var limit = new CancellationTokenSource(longest);
        // The id may still be on its way; what is known is saved in any case.
        await TryAsync(() => Begun?.WaitAsync(limit.Token) ?? Task.CompletedTask);
        await TryAsync(() => ledger.FlushAsync(limit.Token));
    }

    private static async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception failure) when (failure is RescaleException or OperationCanceledException)
        {
            // The failure that led here is the one to report. What could not be saved in time costs the next run some parts.
        }
    }

    /// <summary>Gives up what was begun, with a token that has not been cancelled. Throws nothing.</summary>
    /// <param name="longest">What it may take.</param>
    public async Task AbortAsync(TimeSpan longest)
    {
        if (Begun is not { } begun) return;
        using var limit = new CancellationTokenSource(longest);
        try
        {
            var upload = await begun.WaitAsync(limit.Token);
            await entry.RequestAsync(RequestLane.Short, async () =>
            {
                await store.AbortAsync(upload, limit.Token);
                return true;
            }, limit.Token);
        }
        catch (Exception failure) when (failure is RescaleException or OperationCanceledException)
        {
            // Nothing was begun, or the store cannot be reached; the failure that led here is the one to report, and
            // an upload left behind takes effect on nothing and can be found by listing.
        }
    }

    private Task<MultipartUpload>? Begun
    {
        get
        {
            lock (_lock) return _begun;
        }
    }
}
