using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>
/// The checkpoint of one transfer, held by this process alone. It is saved in the background, one save at a time and only
/// the latest state, so that no part or chunk waits for it; at least every 2 s a save is flushed to the disk. Thread-safe.
/// </summary>
internal sealed class CheckpointFile<T> : IAsyncDisposable
    where T : Checkpoint, ICheckpointKind<T>
{
    private const int DurableGeneration = 1;
    private const int QuickGeneration = 2;
    private static readonly TimeSpan DurableEvery = TimeSpan.FromSeconds(2);

    // A long state (very many parts) is not written again at once: at some 10 ns for each byte the saves cost at most an eleventh of one
    // processor. By length and not by time, since what finishes meanwhile travels again after a kill: neither a slow flush nor the first,
    // cold call may hold up the next save.
    private static readonly TimeSpan RestPerByte = TimeSpan.FromTicks(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    // A disk that hangs does not hold up a stop (see StopBudget); the lock is then kept until it answers.
    private static readonly TimeSpan CloseGrace = TimeSpan.FromSeconds(0.4);

    private readonly CheckpointFolder _folder;
    private readonly ResumeIdentity _identity;
    private readonly string _id;
    private readonly TimeProvider _time;
    private readonly CheckpointLock _lock;
    private readonly object _state = new();
    private readonly TaskCompletionSource _closing = NewSignal();
    private readonly Task _saver;
    private Task? _ended;
    private TaskCompletionSource _updated = NewSignal();
    private TaskCompletionSource _flushWanted = NewSignal();
    private TaskCompletionSource? _flush;
    private Func<T>? _latest;
    private bool _isSaved = true;
    private bool _isDurable = true;
    private bool _isDeleted;
    private bool _hasEnded;
    private long _sequence;
    private long _lastDurable;
    private long _saves;
    private int _length;

    private CheckpointFile(ResumeIdentity identity, string id, CheckpointLock held, TimeProvider time)
    {
        (_folder, _identity, _id, _lock, _time) = (identity.Folder, identity, id, held, time);
        _lastDurable = time.GetTimestamp();
        _saver = Task.Run(RunAsync);
    }

    /// <summary>Why the last save failed, or null. Saves in the background tell it in no other way.</summary>
    public RescaleException? SaveFailure { get; private set; }

    /// <summary>Saves that succeeded: without any, a later run finds nothing of what this one does.</summary>
    public long Saves => Interlocked.Read(ref _saves);

    /// <exception cref="RescaleException">TransferInUse, TransferStateUnwritable.</exception>
    public static async Task<CheckpointFile<T>> OpenAsync(ResumeIdentity identity, TimeProvider time, CancellationToken cancellationToken)
    {
        var id = CheckpointFolder.IdOf(T.Direction, identity.LocalPath, identity.RemoteId);
        return new CheckpointFile<T>(identity, id, await identity.Folder.TakeAsync(id, identity.LocalPath, cancellationToken), time);
    }

    /// <summary>What an earlier run left; or why that cannot be used; or neither, when there was none.</summary>
    public (T? State, string? Problem) Load()
    {
        var (envelope, problem) = _folder.Read(_id);
        if (envelope is null) return (null, problem);
        lock (_state) _sequence = Math.Max(_sequence, envelope.Sequence);
        if (envelope.As<T>() is not { } state) return (null, "it is not one of this module's");
        return state.LocalPath == _identity.LocalPath && state.RemoteId == _identity.RemoteId
            ? (state, null)
            : (null, "it belongs to another transfer");
    }

    /// <summary>Has the state saved soon. Returns at once.</summary>
    /// <param name="state">Gives the state; called later, on another thread, and only if no later update came before.</param>
    public void Update(Func<T> state)
    {
        lock (_state) Renew(state);
    }

    /// <summary>Saves the state; it is on the disk when this ends. With no state, the latest one.</summary>
    /// <exception cref="RescaleException">TransferStateUnwritable.</exception>
    public Task FlushAsync(Func<T>? state = null)
    {
        lock (_state)
        {
            if (state is not null) Renew(state);
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            if (_isDurable) return Task.CompletedTask;
            _flush ??= NewSignal();
            _flushWanted.TrySetResult();
            return _flush.Task;
        }
    }

    /// <summary>Ends the saving and removes the checkpoint; where a disk hangs, when it answers.</summary>
    /// <exception cref="RescaleException">TransferStateUnwritable.</exception>
    public async Task DeleteAsync()
    {
        lock (_state) _isDeleted = true;
        _ended = DeleteWhenClosedAsync();
        if (await Task.WhenAny(_ended, Task.Delay(CloseGrace)) == _ended) await _ended;
    }

    private async Task DeleteWhenClosedAsync()
    {
        await CloseAsync();
        await Task.Run(() => _folder.DeleteFiles(_id));
    }

    /// <summary>Lets go of it. What was updated and not yet saved is saved, but perhaps not flushed.</summary>
    public async ValueTask DisposeAsync()
    {
        // A deletion has had its grace, and told of its failure.
        var closed = _ended ?? CloseAsync();
        if (_ended is null) await Task.WhenAny(closed, Task.Delay(CloseGrace));
        if (closed.IsCompleted)
        {
            _lock.Dispose();
            if (_ended is null) await closed;
            return;
        }

        _lock.DisposeAfter(closed);
    }

    private void Renew(Func<T> state)
    {
        (_latest, _isSaved, _isDurable) = (state, false, false);
        _updated.TrySetResult();
    }

    private Task CloseAsync()
    {
        _closing.TrySetResult();
        return _saver;
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_closing.Task.IsCompleted)
            {
                await NextAsync();
                if (SaveIfDue(closing: false)) await RestAsync(_length * RestPerByte);
            }

            SaveIfDue(closing: true);
        }
        finally
        {
            // Whoever still waits for a flush is not left waiting.
            lock (_state)
            {
                _hasEnded = true;
                _flush?.TrySetException(SaveFailure as Exception ?? new ObjectDisposedException(nameof(CheckpointFile<T>)));
            }
        }
    }

    /// <summary>Waits for an update, or until what was saved quickly is to be made durable.</summary>
    private Task NextAsync()
    {
        lock (_state)
        {
            var untilDurable = _isDurable ? (TimeSpan?)null : DurableEvery - _time.GetElapsedTime(_lastDurable);
            return WaitAsync(untilDurable, _updated.Task, _flushWanted.Task);
        }
    }

    private Task RestAsync(TimeSpan rest)
    {
        lock (_state) return WaitAsync(rest < LongestRest ? rest : LongestRest, _flushWanted.Task);
    }

    private async Task WaitAsync(TimeSpan? longest, params Task[] signals)
    {
        if (longest <= TimeSpan.Zero) return;
        using var enough = new CancellationTokenSource();
        var timer = longest is { } time ? Task.Delay(time, _time, enough.Token) : _closing.Task;
        await Task.WhenAny([timer, _closing.Task, .. signals]);
        await enough.CancelAsync();
    }

    private bool SaveIfDue(bool closing)
    {
        Func<T> state;
        TaskCompletionSource? flush;
        bool durable;
        lock (_state)
        {
            if (_latest is null || _isDeleted) return false;
            durable = _flush is not null || (!_isDurable && !closing && _time.GetElapsedTime(_lastDurable) >= DurableEvery);
            if (_isSaved && !durable) return false;
            (state, flush) = (_latest, _flush);
            (_flush, _isSaved, _isDurable) = (null, true, durable);
            (_updated, _flushWanted) = (NewSignal(), NewSignal());
        }

        try
        {
            SaveFailure = Save(state, durable);
        }
        catch (Exception unforeseen)
        {
            // The saver ends with it, and nobody waits for ever.
            flush?.SetException(unforeseen);
            throw;
        }

        if (SaveFailure is not null)
        {
            lock (_state) _isDurable = false;
            flush?.SetException(SaveFailure);
        }
        else
        {
            flush?.SetResult();
        }

        return true;
    }

    private RescaleException? Save(Func<T> state, bool durable)
    {
        var generation = durable ? DurableGeneration : QuickGeneration;
        try
        {
            var temporary = _folder.TemporaryPathOf(_id, generation);
            using (var file = OwnFile.Open(temporary, FileMode.Create))
            {
                var bytes = CheckpointEnvelope.Write(state(), ++_sequence, _time.GetUtcNow());
                _length = bytes.Length;
                file.Write(bytes.Span);
                if (durable) file.Flush(flushToDisk: true);
            }

            CheckpointFolder.Replace(temporary, _folder.PathOf(_id, generation));
            Interlocked.Increment(ref _saves);
            if (durable) UnixFileSystem.FlushFolder(_folder.Path);
            return null;
        }
        catch (Exception failure) when (CheckpointErrors.IsFileFailure(failure))
        {
            return CheckpointErrors.Unwritable(_folder.Path, failure);
        }
        finally
        {
            if (durable) _lastDurable = _time.GetTimestamp();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
