using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// Continues an upload. A part is done when checkpoint and store agree on it; the others are sent, as <see cref="MissingParts"/> does it.
/// </summary>
internal sealed class UploadContinuation(
    UploadRequest request, EngineResources engine, TransferEntry entry, UploadLedger ledger, UploadCheckpoint earlier, SourceIdentity identity)
{
    private readonly PartLengths _lengths = new(earlier.SourceLength, earlier.PartSize);

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
        if (earlier is { Sha512: { } committed, SourceLength: { } all } && await FindCommittedAsync(cancellationToken) is not null)
        {
            entry.AddResumed(all);
            request.OnContinued?.Invoke(all, all);
            return await finish.HandOverAsync(committed, all, all, earlier.HasChecksums, cancellationToken);
        }

        if (earlier.IsCommitted) throw new CannotContinueException($"its object '{earlier.Key}' is not found in the storage");
        var upload = new MultipartUpload(earlier.Key, earlier.UploadId, ledger.Plan.Metadata, earlier.HasChecksums);
        var there = Reconcile(await finish.Session.TakeOverAsync(upload));
        request.OnContinued?.Invoke(there, earlier.SourceLength);
        var missing = new MissingParts(request, engine, entry, ledger, finish.Session, identity, _lengths);
        var (sha512, length, resumed) = await missing.SendAsync(there, earlier.Sha512, cancellationToken);
        await UploadRun.RequireUnchangedAsync(request.Source, identity, length, cancellationToken);
        return await finish.CommitAsync(sha512, length, resumed, cancellationToken);
    }

    /// <summary>A commit whose answer nobody heard is found by the object: its metadata hold the random IV.</summary>
    private async Task<ObjectProperties?> FindCommittedAsync(CancellationToken cancellationToken)
    {
        var found = await entry.RequestAsync(RequestLane.Short, () => request.Store.FindAsync(earlier.Key, cancellationToken), cancellationToken);
        return earlier.SourceLength is { } length && found?.Length == CipherSize.OfPlaintext(length)
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
            if (_lengths.Fits(part) && there.TryGetValue(part.Number, out var held) && Agree(part, held))
                bytes += _lengths.Of(part);
            else
                ledger.Remove(part.Number);
        }

        return bytes;
    }

    private static bool Agree(FinishedPart known, StoredPart held) =>
        known.Length == held.Length
        && (known.ETag.Length == 0 || held.ETag.Length == 0 || known.ETag.Trim('"') == held.ETag.Trim('"'));
}
