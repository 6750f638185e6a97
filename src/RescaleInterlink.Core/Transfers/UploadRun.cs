using System.Security.Cryptography;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// One upload: a small file in one request, a large one in parts while it is read, and one that an earlier run left
/// continued where the store's own list of parts says.
/// </summary>
internal sealed class UploadRun(UploadRequest request, EngineResources engine, TransferEntry entry)
{
    public async Task<UploadResult> RunAsync(CancellationToken cancellationToken)
    {
        var identity = await request.Source.GetIdentityAsync(cancellationToken);
        if (identity.Length is { } total) entry.SetTotal(total);
        var most = identity.Length ?? (request.Source as IForwardSource)?.MostBytes;
        var partSize = ChoosePartSize(most);
        var plan = ObjectPlan.New(request, partSize);
        var isOnePart = most <= partSize;
        if (request.Resume is { } name && (Maker is not null || request.Source is IRangeSource && identity.Length is not null)
            && (!isOnePart || name.Folder.Contains(UploadCheckpoint.Direction, name)))
            return await RunResumableAsync(name, identity, plan, isOnePart, cancellationToken);
        return await RunNewAsync(identity, plan, null, null, cancellationToken);
    }

    private string? Maker => (request.Source as IForwardSource)?.Maker;

    private int ChoosePartSize(long? length)
    {
        var options = engine.Options;
        if (options.PartSize is { } chosen) return chosen;
        var store = request.Store.Capabilities;
        // Of a stream without a length nothing is known but that it may be long.
        var size = length is { } known
            ? PartSizes.ForUpload(known, options.MemoryLimit, store.MinimumPartSize, store.MaximumPartSize, store.MaximumParts)
            : Math.Min(PartSizes.Maximum, options.MemoryLimit / 2 / PartSizes.MiB * PartSizes.MiB);
        if (!FitsInMemory(size))
            throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput,
                $"A file of this length needs parts of {size} bytes, which do not fit in the memory limit of {options.MemoryLimit} bytes.",
                "Allow more memory.");
        return (int)size;
    }

    // .NET arrays end below 2 GiB.
    private bool FitsInMemory(long partSize) =>
        partSize <= Array.MaxLength - CipherBlock.Size && BufferPool.CapacityFor((int)partSize + CipherBlock.Size) <= engine.Options.MemoryLimit;

    private async Task<UploadResult> RunResumableAsync(
        ResumeIdentity name, SourceIdentity identity, ObjectPlan plan, bool isOnePart, CancellationToken cancellationToken)
    {
        var file = await OpenCheckpointAsync(name, cancellationToken);
        if (file is null) return await RunNewAsync(identity, plan, null, null, cancellationToken);
        await using (file)
        {
            var (earlier, problem) = file.Load();
            if (problem is not null)
                Notice($"The earlier upload of '{request.Source.DisplayName}' cannot be continued, because its checkpoint cannot be used: {problem}. It begins anew.");
            // What is done with it in the end is what this command wants.
            if (earlier is not null) earlier = earlier with { Description = name.Description };
            if (earlier is not null && await ContinueAsync(earlier, file, identity, cancellationToken) is { } continued) return continued;
            if (isOnePart)
            {
                // The source has become too small to be worth one.
                await new UploadLedger(plan, null, file, Notice).DeleteAsync();
                return await RunNewAsync(identity, plan, null, null, cancellationToken);
            }

            return await RunNewAsync(identity, plan, NewCheckpoint(name, identity, plan), file, cancellationToken);
        }
    }

    /// <returns>Null when the state folder does not allow one, which is told.</returns>
    private async Task<CheckpointFile<UploadCheckpoint>?> OpenCheckpointAsync(ResumeIdentity name, CancellationToken cancellationToken)
    {
        try
        {
            return await CheckpointFile<UploadCheckpoint>.OpenAsync(name, engine.Time, cancellationToken);
        }
        catch (RescaleException failure) when (failure.ErrorId == ErrorIds.TransferStateUnwritable)
        {
            Notice(CheckpointErrors.GoesOnWithout(failure));
            return null;
        }
    }

    private UploadCheckpoint NewCheckpoint(ResumeIdentity name, SourceIdentity identity, ObjectPlan plan) => new()
    {
        LocalPath = name.LocalPath,
        RemoteId = name.RemoteId,
        Description = name.Description,
        Begun = engine.Time.GetUtcNow(),
        Key = plan.Key,
        EncryptionKey = plan.EncryptionKey,
        Iv = plan.Iv,
        PartSize = plan.PartSize,
        Format = plan.Format,
        SourceLength = identity.Length,
        SourceStamp = identity.Stamp,
        Maker = Maker,
    };

    /// <returns>Null when it cannot be continued: that has been told, and both ends have been cleaned up.</returns>
    private async Task<UploadResult?> ContinueAsync(
        UploadCheckpoint earlier, CheckpointFile<UploadCheckpoint> file, SourceIdentity identity, CancellationToken cancellationToken)
    {
        var plan = ObjectPlan.Of(earlier);
        var ledger = new UploadLedger(plan, earlier, file, Notice);
        var continuation = new UploadContinuation(request, engine, entry, ledger, earlier, identity);
        var why = WhyNot(earlier, identity);
        try
        {
            if (why is null) return await continuation.RunAsync(cancellationToken);
        }
        catch (CannotContinueException reason)
        {
            why = reason.Message;
        }

        // Nothing had been sent: no loss to tell of.
        if (earlier.Parts.Count > 0)
            Notice($"The earlier upload of '{request.Source.DisplayName}' cannot be continued: {why}. It begins anew.");
        entry.RepeatAll();
        // Its key stays: the checkpoint may be being written with it.
        ledger.GiveUp();
        await continuation.DiscardAsync(cancellationToken);
        return null;
    }

    private string? WhyNot(UploadCheckpoint earlier, SourceIdentity identity)
    {
        if (earlier.Maker != Maker) return WhyNotOf(earlier.Maker, Maker);
        if (identity.Length is { } now && earlier.SourceLength != now) return $"the source had {earlier.SourceLength} bytes then, and has {now} now";
        if (earlier.SourceStamp != identity.Stamp) return "the source has been written to or replaced since";
        if (earlier.Format != request.Format) return "another format was asked for then";
        return FitsInMemory(earlier.PartSize) ? null : $"its parts of {earlier.PartSize} bytes do not fit in the memory limit";
    }

    private static string WhyNotOf(string? maker, string? now) => (maker, now) switch
    {
        (null, _) => $"its bytes were those of the source then, and are made by {now} now",
        (_, null) => $"its bytes were made by {maker} then, and are those of the source now",
        _ => $"its bytes were made by {maker}, and {now} may make others",
    };

    /// <summary>Reads all of the source and sends it under a new key.</summary>
    private async Task<UploadResult> RunNewAsync(
        SourceIdentity identity, ObjectPlan plan, UploadCheckpoint? checkpoint, CheckpointFile<UploadCheckpoint>? file, CancellationToken cancellationToken)
    {
        var ledger = new UploadLedger(plan, checkpoint, file, Notice);
        try
        {
            return identity.Length <= UploadPipeline.PieceSize && identity.Length <= plan.PartSize
                ? await RunSmallAsync(identity, plan, (int)identity.Length.Value, cancellationToken)
                : await RunPipelineAsync(identity, ledger, cancellationToken);
        }
        catch
        {
            // A checkpoint that is kept has it, and may be being written.
            if (file is null) CryptographicOperations.ZeroMemory(plan.EncryptionKey);
            throw;
        }
    }

    /// <summary>A file of one piece: nothing to overlap, so no stages.</summary>
    private async Task<UploadResult> RunSmallAsync(SourceIdentity identity, ObjectPlan plan, int length, CancellationToken cancellationToken)
    {
        using var buffer = await entry.RentAsync(length + CipherBlock.Size, cancellationToken);
        await using var reader = await PieceReader.OpenAsync(request.Source, identity, 0, cancellationToken);
        var part = new UploadPart(1, buffer) { PlainLength = length };
        using (entry.BeginWork(TransferWork.Reading)) await reader.ReadAsync(buffer.Memory[..length], cancellationToken);
        using var hasher = new Sha512Hasher();
        hasher.Append(buffer.Memory.Span[..length]);
        using var encryptor = new ChainedEncryptor(plan.EncryptionKey, plan.Iv);
        part.CipherLength = encryptor.EncryptFinal(buffer.Memory.Span[..length], buffer.Memory.Span);
        var written = await PutAsync(part, plan, identity, length, cancellationToken);
        return ResultOf(written, plan, length, hasher.Finish());
    }

    private async Task<UploadResult> RunPipelineAsync(SourceIdentity identity, UploadLedger ledger, CancellationToken cancellationToken)
    {
        var plan = ledger.Plan;
        var finish = new UploadFinish(request, engine, entry, ledger, new MultipartSession(request.Store, ledger, entry, cancellationToken));
        var pipeline = new UploadPipeline(request, engine, entry, ledger, finish.Session, identity);
        return await finish.GuardAsync(async () =>
        {
            using var scope = new TaskScope(cancellationToken);
            try
            {
                if (identity.Length > plan.PartSize) scope.Run(() => finish.Session.BeginAsync());
                var sha512 = pipeline.RunWhole(scope);
                await scope.JoinAsync();
                entry.Verify();
                if (pipeline.Single is { } single)
                {
                    var written = await PutAsync(single, plan, identity, pipeline.Length, cancellationToken);
                    // It came out shorter than could be known: nothing is left to continue, nor of an earlier run that was given up.
                    await ledger.DeleteAsync();
                    return ResultOf(written, plan, pipeline.Length, sha512());
                }

                await RequireUnchangedAsync(request.Source, identity, pipeline.Length, cancellationToken);
                return await finish.CommitAsync(sha512(), pipeline.Length, resumed: 0, cancellationToken);
            }
            finally
            {
                // At once, unless a straggler still works on them.
                _ = scope.AllEnded.ContinueWith(_ => pipeline.ReleaseBuffers(), CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }, cancellationToken);
    }

    private async Task<WrittenObject> PutAsync(UploadPart part, ObjectPlan plan, SourceIdentity identity, long length, CancellationToken cancellationToken)
    {
        await RequireUnchangedAsync(request.Source, identity, length, cancellationToken);
        var written = await entry.RequestAsync(RequestLane.Body,
            () => request.Store.PutAsync(plan.Key, part.Ciphertext, plan.Metadata, cancellationToken), cancellationToken);
        entry.AddBytes(part.PlainLength);
        return written;
    }

    private static UploadResult ResultOf(WrittenObject written, ObjectPlan plan, long length, string sha512) =>
        new(plan.Key, plan.EncryptionKey, plan.Iv, length, sha512, 1)
        {
            Integrity = written.HasChecksum ? Integrity.Verified : Integrity.Unverifiable,
        };

    /// <exception cref="RescaleException">SourceChanged.</exception>
    public static async Task RequireUnchangedAsync(IByteSource source, SourceIdentity before, long read, CancellationToken cancellationToken)
    {
        if (before.Length is { } length && length != read)
            throw LocalFileErrors.SourceChanged(source.DisplayName, $"{read} bytes were read of {length}");
        if (await source.GetIdentityAsync(cancellationToken) != before)
            throw LocalFileErrors.SourceChanged(source.DisplayName, "its length or time differs from before");
    }

    private void Notice(string text) => request.OnNotice?.Invoke(text);
}
