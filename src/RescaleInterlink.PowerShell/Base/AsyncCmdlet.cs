using System.Management.Automation;
using System.Runtime.ExceptionServices;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>
/// A cmdlet whose work is asynchronous. The pipeline thread is an event loop that runs what the body posts (output,
/// errors, questions, progress) until the body has ended, on a stop as well: nothing goes on behind a returned prompt.
/// </summary>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _stop = new();
    private readonly PipelineLoop _loop = new();
    private readonly HashSet<Task> _background = [];
    private WaitingNotice? _waiting;
    private ProgressView? _progress;
    private bool _disposed;

    /// <summary>Cancelled when the user stops the pipeline or the shell wants no more output.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <summary>With <c>-WhatIf</c>, so that nothing is going to happen. Pipeline thread only.</summary>
    protected bool IsRehearsal => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? bound)
        ? bound is SwitchParameter { IsPresent: true }
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Runs on the pipeline thread before anything else: the place to look at the session's state.</summary>
    protected virtual void Prepare()
    {
    }

    /// <summary>Hears when the body has to wait for the platform.</summary>
    private protected virtual IApiObserver Observer => _waiting ??= new WaitingNotice(PostVerbose, PostWarning);

    protected virtual Task BeginProcessingAsync() => Task.CompletedTask;

    protected virtual Task ProcessRecordAsync() => Task.CompletedTask;

    protected virtual Task EndProcessingAsync() => Task.CompletedTask;

    protected sealed override void BeginProcessing()
    {
        try
        {
            Prepare();
        }
        catch (RescaleException e)
        {
            ThrowTerminatingError(Remembered(ErrorRecords.From(e, null)));
        }

        Run(BeginProcessingAsync);
    }

    protected sealed override void ProcessRecord() => Run(ProcessRecordAsync);

    protected sealed override void EndProcessing()
    {
        Run(EndProcessingAsync);
        _progress?.Complete();
    }

    protected sealed override void StopProcessing() => RequestStop();

    /// <summary>Writes an object, and waits until the rest of the pipeline has taken it.</summary>
    protected Task WriteAsync<T>(T item)
        where T : IShellObject
        => InvokeAsync(() => WriteObject(ShellObject.Wrap(item)));

    /// <summary>Writes what a source gives, the moment it gives it. Objects that are there together go to the pipeline thread together:
    /// a page of a listing is a few ways there and back, and not a thousand.</summary>
    /// <param name="wrap">Makes of each what is written; null: it writes nothing. Runs on the pipeline thread.</param>
    protected async Task WriteAllAsync<T>(IAsyncEnumerable<T> source, Func<T, PSObject?> wrap)
    {
        const int MostTogether = 100;
        var together = new List<T>(MostTogether);
        await using IAsyncEnumerator<T> items = source.GetAsyncEnumerator(StopToken);
        while (true)
        {
            ValueTask<bool> next = items.MoveNextAsync();
            if (together.Count > 0 && (!next.IsCompletedSuccessfully || together.Count == MostTogether))
            {
                try
                {
                    await WriteTogetherAsync(together, wrap);
                }
                catch
                {
                    // A source must not be disposed of while it still moves; a stop ends the moving, too.
                    await next.AsTask().ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                    throw;
                }
            }

            if (!await next)
                break;
            together.Add(items.Current);
        }

        await WriteTogetherAsync(together, wrap);
    }

    private async Task WriteTogetherAsync<T>(List<T> together, Func<T, PSObject?> wrap)
    {
        await InvokeAsync(() =>
        {
            foreach (T item in together)
            {
                if (wrap(item) is { } written)
                    WriteObject(written);
            }
        });
        together.Clear();
    }

    /// <summary>Writes one failure as one error record; the command goes on.</summary>
    protected Task WriteErrorAsync(RescaleException error, object? target)
        => InvokeAsync(() => WriteError(Remembered(ErrorRecords.From(error, target))));

    protected Task<bool> ShouldProcessAsync(string target, string action)
        => _loop.InvokeAsync(() => ShouldProcess(ShownText.OneLine(target), ShownText.OneLine(action)));

    protected void PostVerbose(string message) => _loop.Post(() => WriteVerbose(Shown(message)));

    protected void PostDebug(string message) => _loop.Post(() => WriteDebug(Shown(message)));

    protected void PostWarning(string message) => _loop.Post(() => WriteWarning(Shown(message)));

    protected void PostInformation(string message)
        => _loop.Post(() => WriteInformation(new InformationRecord(Shown(message), MyInvocation.MyCommand.Name)));

    /// <summary>Runs an action on the pipeline thread, which alone may ask the shell for something.</summary>
    protected Task InvokeAsync(Action action)
        => _loop.InvokeAsync(() =>
        {
            action();
            return true;
        });

    /// <inheritdoc cref="InvokeAsync(Action)"/>
    protected Task<T> InvokeAsync<T>(Func<T> function) => _loop.InvokeAsync(function);

    /// <summary>Starts work that may outlive the current record. <see cref="WhenBackgroundEndsAsync"/> awaits it; a stop
    /// cancels it, and the command does not return before it has ended.</summary>
    protected void StartBackground(Func<CancellationToken, Task> work)
    {
        Task task = Task.Run(() => work(StopToken), CancellationToken.None);
        lock (_background)
            _background.Add(task);
        // What failed is kept for whoever awaits the end.
        task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    protected async Task WhenBackgroundEndsAsync()
    {
        Task[] tasks;
        lock (_background)
            tasks = [.. _background];
        await Task.WhenAll(tasks);
    }

    /// <summary>Has the pipeline thread show these numbers, at most four times a second; nothing is built or asked for
    /// when progress is switched off. Pipeline thread only.</summary>
    private protected void ShowProgress(Func<ProgressReport?> source)
    {
        if (ProgressView.IsWanted(this))
            _progress = new ProgressView(this, source);
    }

    private void Run(Func<Task> start)
    {
        Task body = Task.Run(
            () =>
            {
                // Set within the task, so that it reaches all that the body starts and nothing else.
                ApiObserver.Current = Observer;
                return start();
            },
            CancellationToken.None);
        Exception? refused = _loop.Run(
            body, () => _stop.IsCancellationRequested, _ => RequestStop(), ProgressInterval, _progress is null ? null : _progress.Update);

        if (refused is not null || _stop.IsCancellationRequested)
            CloseProgress();
        if (refused is not null)
            ExceptionDispatchInfo.Throw(refused);
        if (body.IsCompletedSuccessfully)
            return;

        Exception error = body.Exception?.InnerException ?? new OperationCanceledException();
        if (_stop.IsCancellationRequested && error is not RescaleException)
            throw new PipelineStoppedException();
        if (_stop.IsCancellationRequested)
            throw new PipelineStoppedException(error.Message, RedactedException.Of(error));

        // A failure that ends the command ends what it started, too; Dispose waits for it.
        RequestStop();
        _progress?.Complete();
        ThrowTerminatingError(Remembered(ErrorRecords.From(error, null)));
    }

    // Whoever made the text should have thought of it; here nothing that is said to be a secret passes, whoever did not.
    private static string Shown(string message) => ShownText.OneLine(Redaction.RedactMarked(message));

    /// <summary>Keeps what a record tells for a report. Pipeline thread only.</summary>
    private protected ErrorRecord Remembered(ErrorRecord record)
    {
        RunspaceState.Current.Errors.Add(ErrorRecords.Describe(record, MyInvocation.MyCommand.Name, DateTimeOffset.UtcNow));
        return record;
    }

    private void Forget(Task ended)
    {
        lock (_background)
            _background.Remove(ended);
    }

    private void CloseProgress()
    {
        try
        {
            _progress?.Complete();
        }
        catch (PipelineStoppedException)
        {
            // A stopped pipeline takes nothing any more, and the host clears its display itself.
        }
    }

    private void RequestStop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command ended at the same moment; there is nothing left to stop.
        }
        catch (AggregateException)
        {
            // A cancellation callback failed; the others have run, and the body reports its own end.
        }
    }

    /// <summary>Waits until everything the command started has ended. Called by the shell on the pipeline thread, also
    /// after a stop and after a failure of another command in the pipeline.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        RequestStop();
        _loop.Close();
        Task[] left;
        lock (_background)
            left = [.. _background];
        // Their failures were reported by whoever awaited them, or belong to a command that was stopped.
        Task.WhenAll(left).ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        _stop.Dispose();
    }
}
