using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// Moves bytes between sources, stores and files. One per command: all its transfers share the connections,
/// the memory budget and the progress numbers. Thread-safe.
/// </summary>
public sealed class TransferEngine : IAsyncDisposable
{
    private readonly EngineResources _resources;
    private readonly ProgressTracker _progress;
    private readonly TimeProvider _time;
    private readonly SameContent _contents = new();

    /// <exception cref="Errors.RescaleException">TransferOptionInvalid.</exception>
    public TransferEngine(TransferOptions options, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _resources = new EngineResources(options.Validate(), _time);
        _progress = new ProgressTracker(_resources, _time);
    }

    internal EngineResources Resources => _resources;

    /// <summary>
    /// Reads once, hashes and encrypts while parts leave, commits. After a failure there is no half object at the key and no
    /// unfinished upload in the store; after a stop, or a failure that can pass, an upload with a name is kept to be continued.
    /// </summary>
    /// <exception cref="Errors.RescaleException">SourceChanged, SourceUnreadable, TransferInUse, or an error of the store.</exception>
    public async Task<UploadResult> UploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        var length = (request.Source as IRangeSource) is null ? null : (await request.Source.GetIdentityAsync(cancellationToken)).Length;
        var entry = _progress.Add(request.Source.DisplayName, TransferDirection.Upload, length);
        return await TrackAsync(entry, () => InPlaceAsync(entry, length, async () =>
        {
            var began = _time.GetTimestamp();
            var result = await new UploadRun(request, _resources, entry).RunAsync(cancellationToken);
            return result with { Duration = _time.GetElapsedTime(began) };
        }, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Ranges in any order, decrypted on arrival, verified, then renamed to the destination. Content that this engine fetches
    /// for another destination already is copied from there and verified.
    /// </summary>
    /// <exception cref="Errors.RescaleException">
    /// DestinationExists, DiskFull, SizeMismatch, DecryptionFailed, ChecksumMismatch, ..., or an error of the store.
    /// </exception>
    public Task<DownloadResult> DownloadAsync(DownloadRequest request, CancellationToken cancellationToken)
    {
        var entry = _progress.Add(request.DisplayName, TransferDirection.Download, request.Length);
        var fetch = () => InPlaceAsync(entry, request.Length, async () =>
        {
            var began = _time.GetTimestamp();
            var result = await new DownloadRun(request, _resources, entry).RunAsync(cancellationToken);
            return result with { Duration = _time.GetElapsedTime(began) };
        }, cancellationToken);
        // What an earlier run has begun is continued rather than copied, so that nothing of it stays behind.
        if (request.Resume is { } resume && resume.Folder.Contains(TransferDirection.Download, resume)) return TrackAsync(entry, fetch, cancellationToken);
        return TrackAsync(entry, () => _contents.RunAsync(
            ContentKey.Of(request),
            fetch,
            async other => await entry.WaitAsync(WaitReason.SameContent, new ValueTask<DownloadResult?>(other.WaitAsync(cancellationToken))),
            fetched => InPlaceAsync(entry, fetched.Length, async () =>
            {
                var began = _time.GetTimestamp();
                var copied = await new LocalCopy(request, _resources, entry).RunAsync(fetched, cancellationToken);
                return copied is null ? null : copied with { Duration = _time.GetElapsedTime(began) };
            }, cancellationToken, fetches: false)), cancellationToken);
    }

    /// <summary>The numbers now; cheap enough to ask for at any rate.</summary>
    public ProgressSnapshot GetProgress() => _progress.GetSnapshot();

    /// <summary>What the transfers have used so far, and waited for.</summary>
    public EngineUsage GetUsage() => new(
        _resources.Memory.Peak, _resources.Requests.Limit, _resources.Requests.MostInUse, _progress.GetWaits())
    {
        BytesSent = _progress.GetMoved(TransferDirection.Upload),
        BytesReceived = _progress.GetMoved(TransferDirection.Download),
    };

    /// <summary>Runs it as one of the files in flight.</summary>
    private async Task<T> InPlaceAsync<T>(TransferEntry entry, long? length, Func<Task<T>> transfer, CancellationToken cancellationToken, bool fetches = true)
    {
        using var place = await _resources.Files.EnterAsync(length, cancellationToken);
        entry.Start(fetches);
        try
        {
            // Off the caller's thread: a cmdlet's pipeline thread must stay free.
            return await Task.Run(transfer, CancellationToken.None);
        }
        finally
        {
            entry.Leave();
        }
    }

    private static async Task<T> TrackAsync<T>(TransferEntry entry, Func<Task<T>> transfer, CancellationToken cancellationToken)
    {
        var state = TransferState.Failed;
        try
        {
            var result = await transfer();
            state = TransferState.Completed;
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            state = TransferState.Stopped;
            throw;
        }
        finally
        {
            entry.End(state);
        }
    }

    /// <summary>Call it when all transfers have ended.</summary>
    public ValueTask DisposeAsync()
    {
        _resources.Dispose();
        return ValueTask.CompletedTask;
    }
}
