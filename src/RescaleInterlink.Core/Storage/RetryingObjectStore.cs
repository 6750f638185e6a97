using System.Runtime.CompilerServices;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage;

/// <summary>
/// The one owner of repetition for storage requests. Every attempt is a new, newly signed request; the buffers of a
/// request are the same in every attempt, so that repeating needs no new memory.
/// </summary>
/// <param name="inner">Owned by this store.</param>
public sealed class RetryingObjectStore(IObjectStore inner, RetryPolicy policy) : IObjectStore
{
    public StoreCapabilities Capabilities => inner.Capabilities;

    public Task<ObjectProperties> GetPropertiesAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(() => inner.GetPropertiesAsync(key, cancellationToken), cancellationToken);

    public Task ReadRangeAsync(string key, long offset, Memory<byte> destination, string? ifMatch, CancellationToken cancellationToken) =>
        RunAsync(async () =>
        {
            await inner.ReadRangeAsync(key, offset, destination, ifMatch, cancellationToken);
            return true;
        }, cancellationToken);

    public Task<ObjectProperties> ReadStartAsync(string key, Memory<byte> destination, CancellationToken cancellationToken) =>
        RunAsync(() => inner.ReadStartAsync(key, destination, cancellationToken), cancellationToken);

    public Task<WrittenObject> PutAsync(
        string key, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        RunAsync(() => inner.PutAsync(key, content, metadata, cancellationToken), cancellationToken);

    public Task<MultipartUpload> BeginAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken) =>
        RunAsync(() => inner.BeginAsync(key, metadata, cancellationToken), cancellationToken);

    public Task<StoredPart> WritePartAsync(
        MultipartUpload upload, int partNumber, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(() => inner.WritePartAsync(upload, partNumber, content, cancellationToken), cancellationToken);

    public async IAsyncEnumerable<StoredPart> ListPartsAsync(
        MultipartUpload upload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Gathered before the first is handed out, so that a repetition cannot hand one out twice.
        var parts = await RunAsync(async () =>
        {
            var all = new List<StoredPart>();
            await foreach (var part in inner.ListPartsAsync(upload, cancellationToken)) all.Add(part);
            return all;
        }, cancellationToken);
        foreach (var part in parts) yield return part;
    }

    /// <summary>A commit whose reply was lost may have succeeded: after a failure the object itself is asked for first.</summary>
    public async Task<string> CommitAsync(MultipartUpload upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(() => CommitOrFindAsync(upload, parts, cancellationToken), cancellationToken);
        }
        catch (RescaleException gone) when (gone.ErrorId == ErrorIds.UploadVanished)
        {
            // Perhaps an attempt that was not heard of has used it up. No commit follows, so this look-up is repeated like any request.
            if (await this.FindAsync(upload.Key, cancellationToken) is { } found && CommittedObject.IsResultOf(found, upload, parts)) return found.ETag;
            throw;
        }
    }

    public Task AbortAsync(MultipartUpload upload, CancellationToken cancellationToken) =>
        RunAsync(async () =>
        {
            await inner.AbortAsync(upload, cancellationToken);
            return true;
        }, cancellationToken);

    public async IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var uploads = await RunAsync(async () =>
        {
            var all = new List<UnfinishedUpload>();
            await foreach (var upload in inner.ListUploadsAsync(prefix, cancellationToken)) all.Add(upload);
            return all;
        }, cancellationToken);
        foreach (var upload in uploads) yield return upload;
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(async () =>
        {
            await inner.DeleteAsync(key, cancellationToken);
            return true;
        }, cancellationToken);

    private async Task<string> CommitOrFindAsync(MultipartUpload upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.CommitAsync(upload, parts, cancellationToken);
        }
        catch (RescaleException failure) when (failure.Behavior == ErrorBehavior.Retry)
        {
            if (await LookOnceAsync(upload.Key, cancellationToken) is { } found && CommittedObject.IsResultOf(found, upload, parts)) return found.ETag;
            throw;
        }
    }

    /// <summary>Not repeated, as the commit is; and what keeps it from an answer says less than the commit's own failure.</summary>
    private async Task<ObjectProperties?> LookOnceAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await inner.GetPropertiesAsync(key, cancellationToken);
        }
        catch (RescaleException)
        {
            return null;
        }
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        var credentialFailures = 0;
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RescaleException failure;
            try
            {
                return await request();
            }
            catch (RescaleException caught) when (caught.Behavior != ErrorBehavior.Fatal && attempt < policy.Attempts)
            {
                // The store has dropped the refused credentials; a second refusal in a row is an answer.
                credentialFailures = caught.Behavior == ErrorBehavior.RefreshCredentials ? credentialFailures + 1 : 0;
                if (credentialFailures > 1) throw;
                failure = caught;
            }

            var wait = policy.WaitBefore(attempt, failure);
            var observer = StoreObserver.Current;
            observer?.OnRetrying(failure, wait);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, policy.Time, cancellationToken);
            if (observer is not null) await observer.OnResumingAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
