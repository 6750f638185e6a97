namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>
/// What an engine has fetched or is fetching. Content that is wanted at several places is fetched once: the others wait,
/// without a place or a connection, and then copy. When the first one fails, the next one fetches. Thread-safe.
/// </summary>
internal sealed class SameContent
{
    // Of a hundred thousand small files not all are worth the memory.
    private const int MostKept = 4096;

    private readonly object _lock = new();
    private readonly Dictionary<ContentKey, Task<DownloadResult?>> _fetches = [];
    private readonly Queue<(ContentKey Key, Task<DownloadResult?> Fetch)> _ended = new();

    /// <param name="wait">Waits for the fetch of another, which ends with null when it has failed.</param>
    /// <param name="copy">Copies what another has fetched; null when that is no longer what it was.</param>
    public async Task<DownloadResult> RunAsync(
        ContentKey key, Func<Task<DownloadResult>> fetch, Func<Task<DownloadResult?>, Task<DownloadResult?>> wait,
        Func<DownloadResult, Task<DownloadResult?>> copy)
    {
        while (true)
        {
            var own = new TaskCompletionSource<DownloadResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<DownloadResult?>? other;
            lock (_lock)
            {
                if (!_fetches.TryGetValue(key, out other)) _fetches.Add(key, own.Task);
            }

            if (other is null) return await FetchAsync(key, fetch, own);
            if (await wait(other) is { } fetched && await copy(fetched) is { } copied) return copied;
            Forget(key, other);
        }
    }

    private async Task<DownloadResult> FetchAsync(ContentKey key, Func<Task<DownloadResult>> fetch, TaskCompletionSource<DownloadResult?> own)
    {
        DownloadResult? usable = null;
        try
        {
            var result = await fetch();
            usable = result.Integrity == Integrity.Mismatch ? null : result;
            return result;
        }
        finally
        {
            if (usable is null) Forget(key, own.Task);
            else Keep(key, own.Task);
            own.SetResult(usable);
        }
    }

    private void Keep(ContentKey key, Task<DownloadResult?> fetch)
    {
        lock (_lock)
        {
            _ended.Enqueue((key, fetch));
            if (_ended.Count > MostKept && _ended.Dequeue() is var oldest) Forget(oldest.Key, oldest.Fetch);
        }
    }

    private void Forget(ContentKey key, Task<DownloadResult?> fetch)
    {
        lock (_lock)
        {
            if (_fetches.TryGetValue(key, out var known) && known == fetch) _fetches.Remove(key);
        }
    }
}

/// <summary>What makes two downloads fetch the same bytes: the SHA-512 and length of the record, else the object itself.</summary>
internal readonly record struct ContentKey(object? Store, string Name, long? Length)
{
    public static ContentKey Of(DownloadRequest request) => request is { Sha512: { } sha512, Length: { } length }
        ? new ContentKey(null, sha512.ToLowerInvariant(), length)
        : new ContentKey(request.Store, $"{request.Key}\n{request.Sha512}", request.Length);
}
