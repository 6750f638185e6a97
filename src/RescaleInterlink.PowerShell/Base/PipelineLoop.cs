using System.Diagnostics;
using RescaleInterlink.Errors;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>
/// The event loop of one cmdlet. Asynchronous work posts actions from any thread; the pipeline thread, which alone may
/// write to the shell, runs them one after the other while a body is under way.
/// </summary>
internal sealed class PipelineLoop
{
    private readonly object _gate = new();
    private readonly Queue<Posted> _queue = new();
    private bool _closed;

    private readonly record struct Posted(Action Run, Action? Abandon);

    /// <summary>Queues an action. After <see cref="Close"/> it is abandoned at once.</summary>
    public void Post(Action run, Action? abandon = null)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _queue.Enqueue(new Posted(run, abandon));
                Monitor.Pulse(_gate);
                return;
            }
        }

        abandon?.Invoke();
    }

    /// <summary>Queues a function and returns its result. A <see cref="RescaleException"/> of the function goes to the
    /// caller; anything else ends the loop. The task is cancelled when the function will never run.</summary>
    public Task<T> InvokeAsync<T>(Func<T> function)
    {
        // Continuations must not run on the pipeline thread: they would keep the loop from its next action.
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(
            () =>
            {
                try
                {
                    completion.TrySetResult(function());
                }
                catch (RescaleException e)
                {
                    completion.TrySetException(e);
                }
                catch
                {
                    completion.TrySetCanceled();
                    throw;
                }
            },
            () => completion.TrySetCanceled());
        return completion.Task;
    }

    /// <summary>Runs posted actions on this thread until <paramref name="body"/> has ended and the queue is empty.</summary>
    /// <param name="abandon">True once nothing may be written any more: actions are then dropped.</param>
    /// <param name="tick">Called about every <paramref name="interval"/>, or null.</param>
    /// <returns>The first exception of an action, or null. The body's own exception stays in its task.</returns>
    public Exception? Run(Task body, Func<bool> abandon, Action<Exception> onFailure, TimeSpan interval, Action? tick)
    {
        body.ContinueWith(
            static (_, state) => ((PipelineLoop)state!).Wake(),
            this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        Exception? failure = null;
        long lastTick = Stopwatch.GetTimestamp();
        while (true)
        {
            Posted? next = Take(body, tick is null ? Timeout.InfiniteTimeSpan : interval, out bool ended);
            if (ended)
                return failure;

            Action? run = next?.Run;
            if (failure is not null || abandon())
            {
                next?.Abandon?.Invoke();
                continue;
            }

            try
            {
                run?.Invoke();
                if (tick is not null && Stopwatch.GetElapsedTime(lastTick) >= interval)
                {
                    lastTick = Stopwatch.GetTimestamp();
                    tick();
                }
            }
            catch (Exception e)
            {
                // The shell refused the action: a stop, a -ErrorAction Stop, a later command that wants no more.
                failure = e;
                onFailure(e);
            }
        }
    }

    /// <summary>Abandons what is queued and everything that will be.</summary>
    public void Close()
    {
        Posted[] left;
        lock (_gate)
        {
            _closed = true;
            left = [.. _queue];
            _queue.Clear();
        }

        foreach (Posted posted in left)
            posted.Abandon?.Invoke();
    }

    private Posted? Take(Task body, TimeSpan wait, out bool ended)
    {
        lock (_gate)
        {
            ended = false;
            if (_queue.Count == 0 && !body.IsCompleted)
                Monitor.Wait(_gate, wait);
            if (_queue.TryDequeue(out Posted posted))
                return posted;
            ended = body.IsCompleted;
            return null;
        }
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.Pulse(_gate);
    }
}
