using System.Security.Cryptography;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Transfers;

/// <summary>
/// What one download keeps for a later run, and takes over from an earlier one: checkpoint, partial file, finished chunks.
/// Nothing of the checkpoint is believed that can be asked or measured. A request that cannot be continued leaves nothing.
/// </summary>
internal sealed class DownloadResume : IAsyncDisposable
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(0.5);

    private readonly DownloadRequest _request;
    private readonly EngineResources _engine;
    private CheckpointFile<DownloadCheckpoint>? _file;
    private DownloadCheckpoint? _found;
    private DownloadCheckpoint? _constants;
    private PartialFile? _partial;
    private string? _sha512;
    private bool _goesWithout;

    private DownloadResume(DownloadRequest request, EngineResources engine) => (_request, _engine) = (request, engine);

    public ChunkLedger Ledger { get; private set; } = new([]);

    /// <summary>Plaintext bytes that an earlier run had received and that were proved.</summary>
    public long ResumedBytes { get; private set; }

    /// <summary>Of the earlier run, which must be kept to.</summary>
    public int? ChunkSize => _found?.ChunkSize is { } size && size > 0 && size % CipherBlock.Size == 0 && size <= _engine.Options.MemoryLimit / 2
        ? size : null;

    /// <summary>The earlier run had all of it, and may have ended between the file's new name and the end of the checkpoint.</summary>
    public bool MayBePublished => _found?.WholeSha512 is not null && File.Exists(_request.Destination);

    /// <summary>Takes over what there is, for this process alone.</summary>
    /// <exception cref="RescaleException">TransferInUse.</exception>
    public static async Task<DownloadResume> OpenAsync(DownloadRequest request, EngineResources engine, CancellationToken cancellationToken)
    {
        var resume = new DownloadResume(request, engine);
        // A file of one chunk needs no checkpoint, not even the look whether there is one, beyond this.
        if (request.Resume is { } identity && identity.Folder.Contains(DownloadCheckpoint.Direction, identity))
            await resume.TakeAsync(identity, cancellationToken);
        return resume;
    }

    private async Task TakeAsync(ResumeIdentity identity, CancellationToken cancellationToken)
    {
        try
        {
            _file = await CheckpointFile<DownloadCheckpoint>.OpenAsync(identity, _engine.Time, cancellationToken);
        }
        catch (RescaleException failure) when (failure.ErrorId == ErrorIds.TransferStateUnwritable)
        {
            GoOnWithout(failure);
            return;
        }

        (_found, var problem) = _file.Load();
        if (problem is not null) Notice($"its checkpoint cannot be used: {problem}");
    }

    /// <summary>The file at the destination, if it is what the earlier run had made of this very object.</summary>
    public async Task<DownloadResult?> FindPublishedAsync(ObjectProperties properties, CancellationToken cancellationToken)
    {
        if (!MayBePublished || _found is not { WholeSha512: { } sha512 } found || WhyOther(found, properties) is not null) return null;
        if (!await IsPublishedAsync(found.PlainLength, sha512, cancellationToken)) return null;
        // Its other name, if the run ended between giving it the new one and taking the old one away.
        DeletePartialFileOf(found);
        ResumedBytes = found.PlainLength;
        return new DownloadResult(_request.Destination, found.PlainLength, sha512, DownloadChecks.RequireHash(_request, sha512), ResumedBytes);
    }

    /// <exception cref="RescaleException">SourceUnreadable: what cannot be told now is not given up.</exception>
    private async Task<bool> IsPublishedAsync(long length, string sha512, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(
                _request.Destination, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 20, useAsync: true);
            return file.Length == length
                && Convert.ToHexString(await SHA512.HashDataAsync(file, cancellationToken)).Equals(sha512, StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception failure) when (LocalFileErrors.FromReading(failure, _request.Destination) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Opens the partial file of the earlier run, or makes a new one and says why.</summary>
    public async Task<PartialFile> BeginAsync(DownloadPlan plan, CancellationToken cancellationToken)
    {
        Ledger = new ChunkLedger(plan.Chunks);
        if (_request.Resume is not { } identity) return _partial = PartialFile.Create(_request.Destination, plan.Length);
        if (_file is null && !_goesWithout) await TakeAsync(identity, cancellationToken);
        if (_file is null) return _partial = PartialFile.Create(_request.Destination, plan.Length);
        if (_found is { } found)
        {
            if (TryContinue(found, plan, out var reason) is { } partial) return partial;
            // An earlier run that had nothing yet is not missed.
            if (found.Received > 0) Notice(reason);
            DeletePartialFileOf(found);
            Ledger = new ChunkLedger(plan.Chunks);
        }

        var name = PartialFile.NewName();
        _constants = Describe(identity, plan, name);
        // The name is on the disk before the file: nothing is left that nobody knows of.
        try
        {
            await _file.FlushAsync(Snapshot).WaitAsync(cancellationToken);
        }
        catch (RescaleException failure) when (failure.ErrorId == ErrorIds.TransferStateUnwritable)
        {
            await DropCheckpointAsync(_file);
            GoOnWithout(failure);
            return _partial = PartialFile.Create(_request.Destination, plan.Length);
        }

        Reach(DownloadStage.Begun);
        _partial = PartialFile.Create(_request.Destination, plan.Length, name);
        Reach(DownloadStage.Created);
        return _partial;
    }

    private void GoOnWithout(RescaleException failure)
    {
        _goesWithout = true;
        _request.OnNotice?.Invoke(CheckpointErrors.GoesOnWithout(failure));
    }

    private async Task DropCheckpointAsync(CheckpointFile<DownloadCheckpoint> file)
    {
        _file = null;
        _found = null;
        await using (file)
        {
            try
            {
                await file.DeleteAsync();
            }
            catch (RescaleException failure) when (failure.ErrorId == ErrorIds.TransferStateUnwritable)
            {
                // What is left of it leads to no file, and a later run finds that out.
            }
        }
    }

    private PartialFile? TryContinue(DownloadCheckpoint found, DownloadPlan plan, out string reason)
    {
        reason = WhyOther(found, plan.Object)
            ?? (found.PlainLength != plan.Length || found.Format != plan.Format || found.ChunkSize != plan.ChunkSize
                || !Ledger.TryLoad(found.Finished, found.Checksums) ? "it was cut into other chunks" : "");
        if (reason.Length > 0) return null;
        _partial = PartialFile.TryReopen(_request.Destination, Path.GetFileName(found.PartialFile), plan.Length, out reason);
        if (_partial is null) return null;
        _constants = found;
        ResumedBytes = Ledger.Received;
        if (ResumedBytes > 0) _request.OnContinued?.Invoke(ResumedBytes, plan.Length);
        return _partial;
    }

    /// <returns>Why what the earlier run has received is not what this one would; null when it is.</returns>
    private string? WhyOther(DownloadCheckpoint found, ObjectProperties properties) =>
        found.Key != _request.Key ? "it was another object"
        : found.ETag != properties.ETag || found.ObjectLength != properties.Length ? "the object in the storage has changed since"
        : !found.KeyFingerprint.AsSpan().SequenceEqual(Fingerprint()) ? "the file has another encryption key now"
        : !string.Equals(found.Sha512, _request.Sha512, StringComparison.OrdinalIgnoreCase) ? "the file's record has another checksum now"
        : null;

    private byte[] Fingerprint() => SHA256.HashData(_request.EncryptionKey)[..8];

    private DownloadCheckpoint Describe(ResumeIdentity identity, DownloadPlan plan, string partialName) => new()
    {
        LocalPath = identity.LocalPath,
        RemoteId = identity.RemoteId,
        Description = identity.Description,
        Begun = _engine.Time.GetUtcNow(),
        Key = _request.Key,
        ETag = plan.Object.ETag,
        ObjectLength = plan.Object.Length,
        PlainLength = plan.Length,
        Format = plan.Format,
        ChunkSize = plan.ChunkSize,
        KeyFingerprint = Fingerprint(),
        Sha512 = _request.Sha512,
        PartialFile = Path.Combine(Path.GetDirectoryName(_request.Destination) ?? "", partialName),
    };

    private DownloadCheckpoint Snapshot()
    {
        var (finished, checksums, received) = Ledger.Save();
        return _constants! with { Finished = finished, Checksums = checksums, Received = received, WholeSha512 = _sha512 };
    }

    /// <summary>Says that a chunk is in the partial file.</summary>
    public void Finish(CbcChunk chunk, ReadOnlyMemory<byte> plaintext)
    {
        if (_file is null) return;
        Reach(DownloadStage.Written);
        Ledger.Finish(chunk.Index, Crc32C.Of(plaintext.Span));
        _file.Update(Snapshot);
    }

    /// <summary>Says that a chunk of the earlier run is not in the partial file after all.</summary>
    public void Forget(CbcChunk chunk)
    {
        ResumedBytes -= chunk.PlainLength;
        Ledger.Forget(chunk.Index);
    }

    /// <summary>Notes durably that the partial file is whole, right before it becomes the target.</summary>
    public async Task NoteHashAsync(string sha512, CancellationToken cancellationToken)
    {
        if (_file is null) return;
        _sha512 = sha512;
        try
        {
            await _file.FlushAsync(Snapshot).WaitAsync(cancellationToken);
        }
        catch (RescaleException failure) when (failure.ErrorId == ErrorIds.TransferStateUnwritable)
        {
            // The file is whole; for want of a note it is not thrown away.
        }

        Reach(DownloadStage.Noted);
    }

    public void Reach(DownloadStage step) => _engine.Options.OnDownloadStage?.Invoke(step);

    /// <summary>Gives up what an earlier run has left, because this one needs none of it.</summary>
    public void Discard(string reason)
    {
        if (_found is not { } found) return;
        Notice(reason);
        DeletePartialFileOf(found);
        _found = null;
    }

    /// <summary>The file has its name; what leads to the transfer ends.</summary>
    public async Task SucceedAsync()
    {
        if (_file is null) return;
        try
        {
            await _file.DeleteAsync();
        }
        catch (RescaleException failure) when (failure.ErrorId == ErrorIds.TransferStateUnwritable)
        {
            // A later run finds that the file is there, as after a kill at this point.
        }
    }

    /// <summary>Keeps what a later run can use, or cleans up.</summary>
    public async Task FailAsync(Exception failure, CancellationToken stop)
    {
        if (_file is null) return;
        // Without a partial file of this run the earlier one's has not been touched.
        var worthKeeping = _partial is null ? _found is not null : Ledger.Received > 0;
        try
        {
            if (CheckpointPolicy.Keeps(failure, worthKeeping ? CheckpointWorth.SomeBytes : CheckpointWorth.Nothing, stop))
            {
                _partial?.Keep();
                if (_partial is not null) await _file.FlushAsync(Snapshot).WaitAsync(StopGrace, CancellationToken.None);
                return;
            }

            if (_found is { } found) DeletePartialFileOf(found);
            await _file.DeleteAsync();
        }
        catch (Exception second) when (second is TimeoutException or RescaleException)
        {
            // The failure that led here is the one to report. An older state of the checkpoint serves as well.
        }
    }

    private void DeletePartialFileOf(DownloadCheckpoint found) => PartialFile.Delete(_request.Destination, Path.GetFileName(found.PartialFile));

    private void Notice(string reason) => _request.OnNotice?.Invoke(
        $"The earlier transfer of '{_request.DisplayName}' to '{_request.Destination}' cannot be continued: {reason}. It begins anew.");

    public async ValueTask DisposeAsync()
    {
        _partial?.Dispose();
        if (_file is not null) await _file.DisposeAsync();
    }
}
