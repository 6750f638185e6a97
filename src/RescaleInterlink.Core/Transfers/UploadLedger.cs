using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Transfers;

/// <summary>
/// What of an upload is done, and its checkpoint when it has one. A state folder that fails takes away the means to continue
/// later, not the transfer: that is told, once, and later saves are tried. Thread-safe.
/// </summary>
internal sealed class UploadLedger(ObjectPlan plan, UploadCheckpoint? checkpoint, CheckpointFile<UploadCheckpoint>? file, Action<string>? notice)
{
    private readonly object _lock = new();
    private readonly SortedDictionary<int, FinishedPart> _parts = new((checkpoint?.Parts ?? []).ToDictionary(part => part.Number));
    private UploadCheckpoint? _state = checkpoint;
    private readonly bool _isOfEarlierRun = checkpoint?.UploadId is not null;
    private readonly long _savesBefore = file?.Saves ?? 0;
    private bool _isGivenUp;
    private int _toldOfFailure;

    public ObjectPlan Plan => plan;

    /// <summary>When the first run began; null when it cannot be continued.</summary>
    public DateTimeOffset? Begun { get; } = checkpoint?.Begun;

    /// <summary>Whether the parts' plaintext must be known by its CRC32C.</summary>
    public bool IsKept => file is not null;

    /// <summary>Whether a later run finds it: one that was loaded, and so has an id, or one that was saved since.</summary>
    public bool CanBeContinued => file is not null && (_isOfEarlierRun || file.Saves > _savesBefore);

    /// <summary>The parts that are there, by number.</summary>
    public IReadOnlyList<FinishedPart> Parts
    {
        get
        {
            lock (_lock) return [.. _parts.Values];
        }
    }

    public FinishedPart? Find(int number)
    {
        lock (_lock) return _parts.TryGetValue(number, out var part) ? part : null;
    }

    public void Add(FinishedPart part)
    {
        lock (_lock)
        {
            _parts[part.Number] = part;
            if (file is null || _isGivenUp) return;
            file.Update(Snapshot);
        }

        if (file.SaveFailure is { } failure) TellOnce(failure);
    }

    /// <summary>A part has to travel again. What is sent then need not be what the earlier run has hashed.</summary>
    public void Remove(int number)
    {
        lock (_lock)
        {
            _parts.Remove(number);
            if (_state is not null) _state = _state with { Sha512 = null, SourceLength = _state.Maker is null ? _state.SourceLength : null };
        }
    }

    /// <summary>Another upload takes its place: a part that is still on its way is noted no more.</summary>
    public void GiveUp()
    {
        lock (_lock) _isGivenUp = true;
    }

    /// <summary>Before the store is asked to begin: should its answer be lost, the key still finds the upload.</summary>
    public Task OnBeginningAsync(CancellationToken stop) => FlushAsync(stop);

    public Task OnBegunAsync(MultipartUpload upload, CancellationToken stop) =>
        ChangeAsync(state => state with { UploadId = upload.Id, HasChecksums = upload.HasChecksums }, stop);

    /// <summary>From here on only the commit is left, which must not need the source again.</summary>
    public Task OnCommittingAsync(string sha512, long length, CancellationToken stop) =>
        ChangeAsync(state => state with { Sha512 = sha512, SourceLength = length }, stop);

    public Task OnCommittedAsync(CancellationToken stop) => ChangeAsync(state => state with { IsCommitted = true }, stop);

    /// <summary>What is known goes to the disk, so that the next run has it.</summary>
    /// <param name="stop">Ends the waiting, not the saving: a disk that hangs holds up no stop.</param>
    public Task FlushAsync(CancellationToken stop) => file is null ? Task.CompletedTask : SaveAsync(file, stop);

    public async Task DeleteAsync()
    {
        if (file is null) return;
        try
        {
            await file.DeleteAsync();
        }
        catch (RescaleException failure)
        {
            // The transfer itself is done; the leftover is listed, and found to be of no use when it is continued.
            notice?.Invoke(failure.Message);
        }
    }

    private Task ChangeAsync(Func<UploadCheckpoint, UploadCheckpoint> change, CancellationToken stop)
    {
        lock (_lock)
        {
            if (_state is not null) _state = change(_state);
        }

        return FlushAsync(stop);
    }

    private async Task SaveAsync(CheckpointFile<UploadCheckpoint> target, CancellationToken stop)
    {
        try
        {
            await target.FlushAsync(Snapshot).WaitAsync(stop);
        }
        catch (RescaleException failure)
        {
            TellOnce(failure);
        }
    }

    private void TellOnce(RescaleException failure)
    {
        if (Interlocked.Exchange(ref _toldOfFailure, 1) == 0)
            notice?.Invoke($"{failure.Message} The transfer goes on, but could not be continued if it were interrupted.");
    }

    private UploadCheckpoint Snapshot()
    {
        lock (_lock) return _state! with { Parts = [.. _parts.Values] };
    }
}
