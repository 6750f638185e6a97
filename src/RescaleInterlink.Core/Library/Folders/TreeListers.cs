using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace RescaleInterlink.Library.Folders;

/// <summary>
/// The listing of a tree of folders: a few listers side by side take folders from a queue and write steps for one reader, some way ahead of it and no
/// further. What they find may join the queue; with the last folder the steps end, and with the first failure, too, which goes to the reader.
/// </summary>
/// <typeparam name="TFolder">A folder that is still to be listed.</typeparam>
/// <typeparam name="TStep">What the reader gets.</typeparam>
/// <param name="waiting">Folders that wait for a lister.</param>
/// <param name="list">Lists one folder.</param>
internal sealed class TreeListers<TFolder, TStep>(Channel<TFolder> waiting, Func<TFolder, CancellationToken, Task> list)
{
    /// <summary>Steps that the listers are ahead of the reader.</summary>
    private const int LookAhead = 256;

    /// <summary>Folders listed at once; the rate limit of the platform sets the pace of many (interop API 2.4), and more would hold more listings in
    /// memory while they wait for the reader.</summary>
    private const int Listers = 4;

    private readonly Channel<TStep> _steps = Channel.CreateBounded<TStep>(new BoundedChannelOptions(LookAhead) { SingleReader = true });
    private int _open;

    /// <summary>Waits until the reader has come near enough.</summary>
    public ValueTask TellAsync(TStep step, CancellationToken cancellationToken) => _steps.Writer.WriteAsync(step, cancellationToken);

    /// <summary>To be called before the run, or while a folder is listed.</summary>
    /// <returns>False when too many wait; whoever asks lists it itself then.</returns>
    public bool TryAdd(TFolder folder)
    {
        Interlocked.Increment(ref _open);
        if (waiting.Writer.TryWrite(folder))
            return true;
        // The lister that asks is still busy with the folder above, so this is never the last.
        Interlocked.Decrement(ref _open);
        return false;
    }

    /// <summary>Lists what was added, and all that is found.</summary>
    public async IAsyncEnumerable<TStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listing = ListAllAsync(stop);
        try
        {
            await foreach (var step in _steps.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return step;
        }
        finally
        {
            // Whoever stops reading early ends the listers, and nothing goes on behind its back.
            await stop.CancelAsync().ConfigureAwait(false);
            await listing.ConfigureAwait(false);
        }
    }

    /// <summary>Ends the steps in any case; a failure goes to the reader with them.</summary>
    private async Task ListAllAsync(CancellationTokenSource stop)
    {
        var listers = Enumerable.Range(0, Listers).Select(_ => Task.Run(() => ListWaitingAsync(stop), CancellationToken.None)).ToArray();
        try
        {
            await Task.WhenAll(listers).ConfigureAwait(false);
            _steps.Writer.Complete();
        }
        catch (Exception e)
        {
            // One that failed has stopped the others; what they say about that is not the reason.
            _steps.Writer.Complete(listers.Select(static l => l.Exception?.InnerException).FirstOrDefault(static x => x is not null) ?? e);
        }
    }

    private async Task ListWaitingAsync(CancellationTokenSource stop)
    {
        try
        {
            await foreach (var folder in waiting.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                await list(folder, stop.Token).ConfigureAwait(false);
                if (Interlocked.Decrement(ref _open) == 0)
                    waiting.Writer.Complete();
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
