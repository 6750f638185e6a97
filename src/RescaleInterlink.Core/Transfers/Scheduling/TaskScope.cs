using System.Runtime.ExceptionServices;

namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>
/// Tasks that live and end together: the first failure stops the others, and joining waits for all of them. Tasks may
/// start more tasks. After a stop or a failure, one that hangs in a call which ignores its token is waited for only
/// briefly; what it holds is given back when it ends.
/// </summary>
internal sealed class TaskScope : IDisposable
{
    private static readonly TimeSpan StragglerGrace = TimeSpan.FromSeconds(1);

    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _stop;
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1;
    private Exception? _failure;

    public TaskScope(CancellationToken cancellationToken)
    {
        _caller = cancellationToken;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Token = _stop.Token;
    }

    public CancellationToken Token { get; }

    /// <summary>Ends when every task has ended, also those that were given up.</summary>
    public Task AllEnded => _allEnded.Task;

    public void Run(Func<Task> body)
    {
        Interlocked.Increment(ref _running);
        _ = Task.Run(() => RunAsync(body), CancellationToken.None);
    }

    public void Fail(Exception failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is null) _stop.Cancel();
    }

    /// <summary>Waits for all tasks; throws the first failure, or that the caller has stopped it.</summary>
    public async Task JoinAsync()
    {
        OneEnded();
        try
        {
            await _allEnded.Task.WaitAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            await Task.WhenAny(_allEnded.Task, Task.Delay(StragglerGrace, CancellationToken.None));
        }

        // A stop makes everything else fail; that is not the story to tell.
        _caller.ThrowIfCancellationRequested();
        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
    }

    private async Task RunAsync(Func<Task> body)
    {
        try
        {
            await body();
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
        finally
        {
            OneEnded();
        }
    }

    private void OneEnded()
    {
        if (Interlocked.Decrement(ref _running) == 0) _allEnded.TrySetResult();
    }

    // Stragglers may still look at the token, which needs no disposal to be collected.
    public void Dispose()
    {
        if (_allEnded.Task.IsCompleted) _stop.Dispose();
    }
}
