using System.Runtime.CompilerServices;
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

    public static async IAsyncEnumerable<JobOutputResult> DownloadAsync(
        JobsClient jobs, FileLibrary library, TransferEngine engine, string jobId, string destination, bool overwrite,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(destination);
        // Pages of a listing that grows while it is read can show a file twice.
        var files = new Dictionary<string, PlatformFile>(StringComparer.Ordinal);
        await foreach (var file in jobs.ListFilesAsync(jobId, cancellationToken).ConfigureAwait(false))
            files.TryAdd(file.Id, file);
        var plan = LocalNames.Assign(root, [.. files.Values]);

        var results = Channel.CreateUnbounded<JobOutputResult>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = stop.Token };
        var downloading = CompleteAsync(results.Writer, Parallel.ForEachAsync(plan, options, async (item, token) =>
            results.Writer.TryWrite(await DownloadOneAsync(library, engine, item, overwrite, token).ConfigureAwait(false))));
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

    private static async Task<JobOutputResult> DownloadOneAsync(
        FileLibrary library, TransferEngine engine, LocalName item, bool overwrite, CancellationToken cancellationToken)
    {
        if (item.Path is null)
            return new JobOutputResult(item.File, null, null, item.Error);
        try
        {
            var download = await library.DownloadAsync(engine, item.File, item.Path, overwrite, cancellationToken).ConfigureAwait(false);
            return new JobOutputResult(item.File, item.Path, download, null);
        }
        catch (RescaleException exception)
        {
            return new JobOutputResult(item.File, item.Path, null, exception);
        }
    }

    private static async Task CompleteAsync(ChannelWriter<JobOutputResult> results, Task work)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        results.Complete(work.IsCanceled ? new OperationCanceledException() : work.Exception?.InnerException);
    }
}
