using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Transfers;

/// <summary>How an upload in parts ends: committed and handed over, left to be continued, or cleaned up.</summary>
/// <param name="isCommitted">An earlier run has made the object.</param>
internal sealed class UploadFinish(
    UploadRequest request, EngineResources engine, TransferEntry entry, UploadLedger ledger, MultipartSession session, bool isCommitted = false)
{
    private static readonly TimeSpan EndAfterFailure = TimeSpan.FromSeconds(15);

    private bool _isCommitted = isCommitted;

    public MultipartSession Session => session;

    /// <summary>Runs an upload; when it fails, keeps what can be continued and gives up what cannot.</summary>
    public async Task<UploadResult> GuardAsync(Func<Task<UploadResult>> upload, CancellationToken cancellationToken)
    {
        using var budget = new StopBudget(engine.Time, cancellationToken);
        try
        {
            return await upload();
        }
        catch (CannotContinueException)
        {
            throw;
        }
        catch (Exception failure) when (CheckpointPolicy.Keeps(failure, Worth, cancellationToken))
        {
            await session.KeepAsync(budget.Left);
            throw;
        }
        catch
        {
            await session.AbortAsync(cancellationToken.IsCancellationRequested ? budget.Left : EndAfterFailure);
            await ledger.DeleteAsync();
            throw;
        }
    }

    private CheckpointWorth Worth =>
        !ledger.CanBeContinued ? CheckpointWorth.Nothing : _isCommitted ? CheckpointWorth.WholeObject : CheckpointWorth.SomeBytes;

    /// <summary>Makes the object of its parts, and hands it over.</summary>
    public async Task<UploadResult> CommitAsync(string sha512, long length, long resumed, CancellationToken cancellationToken)
    {
        entry.Verify();
        await ledger.OnCommittingAsync(sha512, length, cancellationToken);
        var checksums = (await session.BeginAsync()).HasChecksums;
        await session.CommitAsync(cancellationToken);
        return await HandOverAsync(sha512, length, resumed, checksums, cancellationToken);
    }

    /// <summary>What follows the commit; after that the checkpoint is of no more use.</summary>
    public async Task<UploadResult> HandOverAsync(string sha512, long length, long resumed, bool checksums, CancellationToken cancellationToken)
    {
        _isCommitted = true;
        var plan = ledger.Plan;
        var result = new UploadResult(plan.Key, plan.EncryptionKey, plan.Iv, length, sha512, ledger.Parts.Count, resumed)
        {
            Begun = ledger.Begun,
            Integrity = checksums ? Integrity.Verified : Integrity.Unverifiable,
        };
        if (!ledger.IsKept) return result;
        await ledger.OnCommittedAsync(cancellationToken);
        if (request.OnCommitted is { } handOver) await handOver(result, cancellationToken);
        await ledger.DeleteAsync();
        return result;
    }
}

/// <summary>An earlier run is of no use; its message says why. It never leaves the engine.</summary>
internal sealed class CannotContinueException(string why, Exception? cause = null) : Exception(why, cause);
