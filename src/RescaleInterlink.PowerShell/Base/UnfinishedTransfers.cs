using RescaleInterlink.Errors;
using RescaleInterlink.Library;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>What the three cmdlets for unfinished transfers share.</summary>
internal static class UnfinishedTransfers
{
    /// <param name="session">Null: only what this machine knows.</param>
    public static IAsyncEnumerable<UnfinishedTransfer> ListAsync(RescaleSession? session, CancellationToken cancellationToken)
        => session is null ? ListLocalAsync() : session.Library.ListTransfersAsync(cancellationToken);

    public static RescaleException NotFound(string id, bool connected) => new(
        ErrorIds.TransferNotFound, ErrorKind.NotFound, $"There is no unfinished transfer '{id}'{(connected ? "" : " on this machine")}.",
        connected ? "List them with Get-RescaleTransfer." : "Connect-Rescale first, to see the unfinished uploads in the storage, too.");

    private static async IAsyncEnumerable<UnfinishedTransfer> ListLocalAsync()
    {
        await Task.CompletedTask;
        foreach (UnfinishedTransfer transfer in LocalTransfers.List())
            yield return transfer;
    }
}
