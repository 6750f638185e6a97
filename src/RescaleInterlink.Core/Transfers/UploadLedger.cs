using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Transfers;

/// <summary>
/// What of an upload is done, and its checkpoint when it has one. A state folder that fails takes away the means to continue
/// later, not the transfer: that is told, once. Thread-safe.
/// </summary>
internal sealed class UploadLedger(ObjectPlan plan, UploadCheckpoint? checkpoint, CheckpointFile<UploadCheckpoint>? file, Action<string>? notice)
{
    private readonly object _lock = new();
    private readonly SortedDictionary<int, FinishedPart> _parts = new((checkpoint?.Parts ?? []).ToDictionary(part => part.Number));
    private UploadCheckpoint? _state = checkpoint;
    private bool _fileFailed;

    public ObjectPlan Plan => plan;

    /// <summary>When the first run began; null when it cannot be continued.</summary>
    public DateTimeOffset? Begun { get; } = checkpoint?.Begun;

    /// <summary>Whether the parts' plaintext must be known by its CRC32C.</summary>
    public bool IsKept => file is not null;

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
        lock (_lock) _parts[part.Number] = part;
        if (!_fileFailed) file?.Update(Snapshot);
    }

    public void Remove(int number)
    {
        lock (_lock) _parts.Remove(number);
    }

    /// <summary>Before the store is asked to begin: should its answer be lost, the key still finds the upload.</summary>
    public Task OnBeginningAsync() => FlushAsync();

    public Task OnBegunAsync(MultipartUpload upload) => ChangeAsync(state => state with { UploadId = upload.Id, HasChecksums = upload.HasChecksums });

    /// <summary>From here on only the commit is left, which must not need the source again.</summary>
    public Task OnCommittingAsync(string sha512) => ChangeAsync(state => state with { Sha512 = sha512 });

    public Task OnCommittedAsync() => ChangeAsync(state => state with { IsCommitted = true });

    /// <summary>What is known goes to the disk, so that the next run has it.</summary>
    public Task FlushAsync() => file is null || _fileFailed ? Task.CompletedTask : SaveAsync(file);

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

    private Task ChangeAsync(Func<UploadCheckpoint, UploadCheckpoint> change)
    {
        lock (_lock)
        {
            if (_state is not null) _state = change(_state);
        }

        return FlushAsync();
    }

    private async Task SaveAsync(CheckpointFile<UploadCheckpoint> target)
    {
        try
        {
            await target.FlushAsync(Snapshot);
        }
        catch (RescaleException failure)
        {
            _fileFailed = true;
            notice?.Invoke($"{failure.Message} The transfer goes on, but could not be continued if it were interrupted.");
        }
    }

    private UploadCheckpoint Snapshot()
    {
        lock (_lock) return _state! with { Parts = [.. _parts.Values] };
    }
}
