using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs.Following;

/// <summary>One job of a watch, from the first look at its outputs to the last.</summary>
/// <param name="folder">Full path.</param>
internal sealed class WatchedJob(WatchTools tools, string id, string folder)
{
    private readonly TaskCompletionSource<JobEnding> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Patience _patience = new(tools.Time, tools.Options.LongestAbsence);

    private JobStatusEntry? _newest;
    private volatile bool _isOver;

    public string Id => id;

    /// <summary>Takes a status that is another than before.</summary>
    public void Note(JobStatusEntry newest)
    {
        Volatile.Write(ref _newest, newest);
        if (!_isOver)
            tools.Tell(new JobWatchStep.StatusChange(id, newest));
    }

    /// <summary>Tells that the job's status is final, or that it cannot be asked for any more.</summary>
    public void End(JobEnding ending) => _ended.TrySetResult(ending);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        JobEnding ending;
        try
        {
            if (File.Exists(folder))
                throw LocalPlace.InTheWay(folder);
            using var record = WatchRecord.Open(tools.StateFolder, folder);
            var outputs = new WatchedOutputs(tools, id, folder, record);
            try
            {
                ending = await WatchAsync(outputs, cancellationToken).ConfigureAwait(false);
                // Of a job that is gone nothing more can come either.
                if (ending.Error is { } error ? error.Kind == ErrorKind.NotFound : await CollectAsync(outputs, cancellationToken).ConfigureAwait(false))
                    record.Complete();
            }
            finally
            {
                await outputs.WhenIdleAsync().ConfigureAwait(false);
            }
        }
        catch (RescaleException failure)
        {
            ending = Broken(failure);
        }

        _isOver = true;
        await tools.TellAsync(new JobWatchStep.Ended(ending), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Receives what appears until the job has ended. Downloads go on while the next look is taken.</summary>
    private async Task<JobEnding> WatchAsync(WatchedOutputs outputs, CancellationToken cancellationToken)
    {
        while (!_ended.Task.IsCompleted)
        {
            try
            {
                await outputs.SweepAsync(cancellationToken).ConfigureAwait(false);
                _patience.Succeeded();
            }
            catch (RescaleException failure)
            {
                // A job that was deleted is found out by its status, too, which knows better what to say of it.
                if (!_ended.Task.IsCompleted && _patience.IsOver(failure))
                    return Broken(failure);
            }

            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return await _ended.Task.ConfigureAwait(false);
    }

    /// <summary>The last sweep. It is repeated while it finds something new, and after failures that may pass.</summary>
    /// <returns>True when all outputs are there.</returns>
    private async Task<bool> CollectAsync(WatchedOutputs outputs, CancellationToken cancellationToken)
    {
        // A listing that failed before says nothing about this one.
        _patience.Succeeded();
        while (true)
        {
            try
            {
                var found = await outputs.SweepAsync(cancellationToken).ConfigureAwait(false);
                _patience.Succeeded();
                await outputs.WhenIdleAsync().ConfigureAwait(false);
                if (found)
                    continue;
                if (!outputs.CanTryAgain)
                    return await outputs.TellFailuresAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (RescaleException failure)
            {
                if (_patience.IsOver(failure) || failure.Kind == ErrorKind.NotFound)
                {
                    await tools.TellAsync(new JobWatchStep.Failed(id, id, failure), cancellationToken).ConfigureAwait(false);
                    await outputs.WhenIdleAsync().ConfigureAwait(false);
                    await outputs.TellFailuresAsync(cancellationToken).ConfigureAwait(false);
                    return false;
                }
            }

            await Task.Delay(tools.Options.Interval, tools.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The end of a watch that could not go on.</summary>
    private JobEnding Broken(RescaleException failure)
    {
        var last = Volatile.Read(ref _newest);
        return new JobEnding(id, last?.Status ?? "", last?.StatusReason, false, failure) { StatusDate = last?.StatusDate };
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_ended.Task, Task.Delay(tools.Options.Interval, tools.Time, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
