using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Jobs;

/// <summary>Collects what a job has written.</summary>
internal static class JobOutputs
{
    /// <summary>Files handed to the engine at once. The engine bounds the work itself; this bounds what waits for it.</summary>
    private const int FilesAtOnce = 64;

    /// <param name="keepEqual">An existing file that is the output already, by length and SHA-512, is taken as received.</param>
    public static async IAsyncEnumerable<JobOutputResult> DownloadAsync(
        JobsClient jobs, FileLibrary library, TransferEngine engine, string jobId, string destination, Func<string, DownloadOptions> optionsOf, bool keepEqual,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = await AssignAsync(jobs, jobId, Path.GetFullPath(destination), cancellationToken).ConfigureAwait(false);
        await library.AnnounceAsync([.. plan.Where(static item => item.Path is not null).Select(static item => item.File)], cancellationToken).ConfigureAwait(false);

        var results = Channel.CreateUnbounded<JobOutputResult>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = stop.Token };
        var downloading = CompleteAsync(results.Writer, Parallel.ForEachAsync(plan, options, async (item, token) =>
            results.Writer.TryWrite(await DownloadOneAsync(library, engine, item, optionsOf, keepEqual, token).ConfigureAwait(false))));
        try
        {
            await foreach (var result in results.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return result;
        }
        finally
        {
            // Also when the caller has seen enough: no download goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            await downloading.ConfigureAwait(false);
        }
    }

    /// <summary>Reads the whole listing: only then is it known which names collide.</summary>
    /// <param name="root">Full path.</param>
    /// <exception cref="RescaleException">JobNotFound, or the failure of the listing.</exception>
    public static async Task<IReadOnlyList<LocalName>> AssignAsync(JobsClient jobs, string jobId, string root, CancellationToken cancellationToken)
        => LocalNames.Assign(root, await ListAsync(jobs, jobId, cancellationToken).ConfigureAwait(false));

    /// <summary>The whole listing, each file once.</summary>
    /// <exception cref="RescaleException">JobNotFound, or the failure of the listing.</exception>
    public static async Task<IReadOnlyList<PlatformFile>> ListAsync(JobsClient jobs, string jobId, CancellationToken cancellationToken)
    {
        // Pages of a listing that grows while it is read can show a file twice.
        var files = new Dictionary<string, PlatformFile>(StringComparer.Ordinal);
        await foreach (var file in jobs.ListFilesAsync(jobId, cancellationToken).ConfigureAwait(false))
            files.TryAdd(file.Id, file);
        return [.. files.Values];
    }

    private static async Task<JobOutputResult> DownloadOneAsync(
        FileLibrary library, TransferEngine engine, LocalName item, Func<string, DownloadOptions> optionsOf, bool keepEqual, CancellationToken cancellationToken)
    {
        if (item.Path is null)
            return new JobOutputResult(item.File, null, null, item.Error);
        try
        {
            if (keepEqual && await FindEqualAsync(item.File, item.Path, cancellationToken).ConfigureAwait(false) is { } kept)
                return new JobOutputResult(item.File, item.Path, kept, null, Kept: true);
            var download = await library.DownloadAsync(engine, item.File, item.Path, optionsOf(item.Path), cancellationToken).ConfigureAwait(false);
            return new JobOutputResult(item.File, item.Path, download, null);
        }
        catch (RescaleException exception)
        {
            return new JobOutputResult(item.File, item.Path, null, exception);
        }
    }

    /// <returns>Null when there is no such file, or it is another or cannot be read; the download tells which.</returns>
    private static async Task<DownloadResult?> FindEqualAsync(PlatformFile file, string path, CancellationToken cancellationToken)
    {
        if (FileSecrets.Sha512(file) is not { } expected)
            return null;
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            await using (stream.ConfigureAwait(false))
            {
                if (stream.Length != file.DecryptedSize)
                    return null;
                var actual = Convert.ToHexString(await SHA512.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)).ToLowerInvariant();
                return actual.Equals(expected, StringComparison.OrdinalIgnoreCase) ? new DownloadResult(path, stream.Length, actual, Integrity.Verified) : null;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    private static async Task CompleteAsync(ChannelWriter<JobOutputResult> results, Task work)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        results.Complete(work.IsCanceled ? new OperationCanceledException() : work.Exception?.InnerException);
    }
}
