using System.Buffers;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// Continues an upload. A part is done when checkpoint and store agree on it; the others are sent. The hash is made anew
/// beside that, by a reading of its own, which also proves that the source still is what was sent.
/// </summary>
internal sealed class UploadContinuation(
    UploadRequest request, EngineResources engine, TransferEntry entry, UploadLedger ledger, UploadCheckpoint earlier, SourceIdentity identity)
{
    // Not from the budget: the parts that hold it may wait for this reading to end.
    private const int ReadSize = 256 << 10;

    private readonly int _count = (int)CipherSize.PartCount(earlier.SourceLength, earlier.PartSize);

    /// <exception cref="CannotContinueException">It must begin anew.</exception>
    public async Task<UploadResult> RunAsync(CancellationToken cancellationToken)
    {
        var finish = new UploadFinish(
            request, engine, entry, ledger, new MultipartSession(request.Store, ledger, entry, cancellationToken), earlier.IsCommitted);
        return await finish.GuardAsync(async () =>
        {
            try
            {
                return await RunAsync(finish, cancellationToken);
            }
            catch (RescaleException failure) when (failure.ErrorId == ErrorIds.UploadVanished)
            {
                throw new CannotContinueException("the storage no longer knows it", failure);
            }
        }, cancellationToken);
    }

    /// <summary>Gives up at the other side what the earlier run began. What cannot be given up is told of, and holds up nothing.</summary>
    public async Task DiscardAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AbortAllAsync(cancellationToken);
        }
        catch (RescaleException failure)
        {
            request.OnNotice?.Invoke($"What the earlier upload of '{request.Source.DisplayName}' left in the storage as '{earlier.Key}' could not be removed: {failure.Message}");
        }
    }

    private async Task AbortAllAsync(CancellationToken cancellationToken)
    {
        var key = earlier.Key;
        if (earlier.UploadId is { } id)
        {
            if (!earlier.IsCommitted) await AbortAsync(id, cancellationToken);
            if (earlier.Sha512 is not null) await GiveUpObjectAsync(cancellationToken);
            return;
        }

        // It was killed while it began: the key is its own, whatever is there belongs to it.
        var found = await entry.RequestAsync(RequestLane.Short, async () =>
        {
            var ids = new List<string>();
            await foreach (var upload in request.Store.ListUploadsAsync(key, cancellationToken))
                if (upload.Key == key) ids.Add(upload.Id);
            return ids;
        }, cancellationToken);
        foreach (var begun in found) await AbortAsync(begun, cancellationToken);
    }

    /// <summary>The commit may have made the object without being heard of, and a file may be registered with it by now.</summary>
    private async Task GiveUpObjectAsync(CancellationToken cancellationToken)
    {
        if (await FindCommittedAsync(cancellationToken) is not { } found) return;
        var why = request.WhyKeepAsync is { } ask
            ? await ask(new LeftObject(earlier.Key, found, earlier.Begun), cancellationToken)
            : "it is not known whether anybody needs it";
        if (why is not null)
        {
            request.OnNotice?.Invoke($"The object '{earlier.Key}' of the earlier upload of '{request.Source.DisplayName}' stays in the storage: {why}.");
            return;
        }

        await entry.RequestAsync(RequestLane.Short, async () =>
        {
            await request.Store.DeleteAsync(earlier.Key, cancellationToken);
            return true;
        }, cancellationToken);
    }

    private Task<bool> AbortAsync(string id, CancellationToken cancellationToken) => entry.RequestAsync(RequestLane.Short, async () =>
    {
        await request.Store.AbortAsync(new MultipartUpload(earlier.Key, id, ledger.Plan.Metadata), cancellationToken);
        return true;
    }, cancellationToken);

    private async Task<UploadResult> RunAsync(UploadFinish finish, CancellationToken cancellationToken)
    {
        if (earlier.UploadId is null) throw new CannotContinueException("it had only begun");
        if (earlier.Sha512 is { } committed && await FindCommittedAsync(cancellationToken) is not null)
        {
            entry.AddResumed(earlier.SourceLength);
            request.OnContinued?.Invoke(earlier.SourceLength, earlier.SourceLength);
            return await finish.HandOverAsync(committed, earlier.SourceLength, earlier.SourceLength, earlier.HasChecksums, cancellationToken);
        }

        if (earlier.IsCommitted) throw new CannotContinueException($"its object '{earlier.Key}' is not found in the storage");
        var upload = new MultipartUpload(earlier.Key, earlier.UploadId, ledger.Plan.Metadata, earlier.HasChecksums);
        var resumed = Reconcile(await finish.Session.TakeOverAsync(upload));
        entry.AddResumed(resumed);
        request.OnContinued?.Invoke(resumed, earlier.SourceLength);
        var sha512 = await SendMissingAsync(finish.Session, cancellationToken);
        await UploadRun.RequireUnchangedAsync(request.Source, identity, earlier.SourceLength, cancellationToken);
        return await finish.CommitAsync(sha512, earlier.SourceLength, resumed, cancellationToken);
    }

    /// <summary>A commit whose answer nobody heard is found by the object: its metadata hold the random IV.</summary>
    private async Task<ObjectProperties?> FindCommittedAsync(CancellationToken cancellationToken)
    {
        var found = await entry.RequestAsync(RequestLane.Short, () => request.Store.FindAsync(earlier.Key, cancellationToken), cancellationToken);
        return found?.Length == CipherSize.OfPlaintext(earlier.SourceLength)
            && ledger.Plan.Metadata.All(pair => found.Metadata.TryGetValue(pair.Key, out var value) && value == pair.Value) ? found : null;
    }

    /// <summary>Forgets the parts that must travel again.</summary>
    /// <returns>Plaintext bytes of the others.</returns>
    private long Reconcile(IReadOnlyList<StoredPart> stored)
    {
        var there = stored.ToDictionary(part => part.PartNumber);
        var bytes = 0L;
        foreach (var part in earlier.Parts)
        {
            if (part.Number >= 1 && part.Number <= _count && there.TryGetValue(part.Number, out var held) && Agree(part, held))
                bytes += LengthOf(part.Number);
            else
                ledger.Remove(part.Number);
        }

        return bytes;
    }

    private bool Agree(FinishedPart known, StoredPart held) =>
        known.Length == held.Length
        && known.Length == (known.Number == _count ? CipherSize.OfPlaintext(LengthOf(_count)) : earlier.PartSize)
        && (known.ETag.Length == 0 || held.ETag.Length == 0 || known.ETag.Trim('"') == held.ETag.Trim('"'));

    private int LengthOf(int number) => (int)Math.Min(earlier.PartSize, earlier.SourceLength - (number - 1L) * earlier.PartSize);

    private List<PartRun> Missing()
    {
        var runs = new List<PartRun>();
        for (var number = 1; number <= _count; number++)
        {
            if (ledger.Find(number) is not null) continue;
            if (runs.Count > 0 && runs[^1].Last == number - 1) runs[^1] = runs[^1] with { Last = number };
            else runs.Add(new PartRun(number, number));
        }

        return runs;
    }

    private async Task<string> SendMissingAsync(MultipartSession session, CancellationToken cancellationToken)
    {
        var missing = Missing();
        // All parts were there before the kill, and the hash was made of the bytes that were sent.
        if (missing.Count == 0 && earlier.Sha512 is { } known) return known;
        var pipeline = new UploadPipeline(request, engine, entry, ledger, session, identity);
        var before = Enumerable.Range(1, _count).Select(ledger.Find).ToArray();
        var sha512 = "";
        var sums = new uint[_count];
        using var scope = new TaskScope(cancellationToken);
        try
        {
            scope.Run(async () => sha512 = await HashAsync(before, sums, scope.Token));
            pipeline.RunParts(missing, scope);
            await scope.JoinAsync();
        }
        finally
        {
            _ = scope.AllEnded.ContinueWith(_ => pipeline.ReleaseBuffers(), CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        // What was sent just now was read by another reading than the hash.
        if (ledger.Parts.Any(part => part.PlainCrc != sums[part.Number - 1])) throw Changed();
        return sha512;
    }

    /// <summary>Reads the source from front to back; finds out early when a part that was sent by the earlier run is no longer in it.</summary>
    private async Task<string> HashAsync(FinishedPart?[] sent, uint[] sums, CancellationToken cancellationToken)
    {
        using var hasher = new Sha512Hasher();
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            await using var reader = await PieceReader.OpenAsync(request.Source, identity, 0, cancellationToken);
            for (var number = 1; number <= _count; number++)
            {
                for (var left = LengthOf(number); left > 0;)
                {
                    var piece = buffer.AsMemory(0, Math.Min(left, ReadSize));
                    await reader.ReadAsync(piece, cancellationToken);
                    hasher.Append(piece.Span);
                    sums[number - 1] = Crc32C.Append(sums[number - 1], piece.Span);
                    left -= piece.Length;
                }

                if (sent[number - 1] is { } part && part.PlainCrc != sums[number - 1]) throw Changed();
            }

            return hasher.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static CannotContinueException Changed() => new("the source is no longer what was sent, although its length and time are the same");
}
