using RescaleInterlink.Transfers.Progress;

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

    /// <exception cref="Errors.RescaleException">TransferOptionInvalid.</exception>
    public TransferEngine(TransferOptions options, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _resources = new EngineResources(options.Validate(), _time);
        _progress = new ProgressTracker(_resources, _time);
    }

    internal EngineResources Resources => _resources;

    /// <summary>
    /// Reads once, hashes and encrypts (v2) while parts leave, commits. After a failure or a stop there is no half object
    /// at the key and no unfinished upload in the store.
    /// </summary>
    /// <exception cref="Errors.RescaleException">SourceChanged, SourceUnreadable, or an error of the store.</exception>
    public async Task<UploadResult> UploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        var length = (request.Source as IRangeSource) is null ? null : (await request.Source.GetIdentityAsync(cancellationToken)).Length;
        var entry = _progress.Add(request.Source.DisplayName, TransferDirection.Upload, length);
        return await RunAsync(entry, async () =>
        {
            var began = _time.GetTimestamp();
            var result = await new UploadRun(request, _resources, entry).RunAsync(cancellationToken);
            return result with { Duration = _time.GetElapsedTime(began) };
        }, cancellationToken);
    }

    /// <summary>Ranges in any order, decrypted on arrival, verified, then renamed to the destination.</summary>
    /// <exception cref="Errors.RescaleException">
    /// DestinationExists, DiskFull, SizeMismatch, DecryptionFailed, ChecksumMismatch, ..., or an error of the store.
    /// </exception>
    public Task<DownloadResult> DownloadAsync(DownloadRequest request, CancellationToken cancellationToken)
    {
        var entry = _progress.Add(request.DisplayName, TransferDirection.Download, request.Length);
        return RunAsync(entry, async () =>
        {
            var began = _time.GetTimestamp();
            var result = await new DownloadRun(request, _resources, entry).RunAsync(cancellationToken);
            return result with { Duration = _time.GetElapsedTime(began) };
        }, cancellationToken);
    }

    /// <summary>The numbers now; cheap enough to ask for at any rate.</summary>
    public ProgressSnapshot GetProgress() => _progress.GetSnapshot();

    private async Task<T> RunAsync<T>(TransferEntry entry, Func<Task<T>> transfer, CancellationToken cancellationToken)
    {
        var state = TransferState.Failed;
        try
        {
            using var place = await _resources.Files.EnterAsync(cancellationToken);
            entry.Start();
            // Off the caller's thread: a cmdlet's pipeline thread must stay free.
            var result = await Task.Run(transfer, CancellationToken.None);
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
