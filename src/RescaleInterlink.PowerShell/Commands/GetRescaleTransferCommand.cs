using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Transfers that have begun and not ended: those this machine can continue, and with a connection also uploads in the
/// storage that it knows nothing of.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleTransfer")]
[OutputType(typeof(TransferItem))]
public sealed class GetRescaleTransferCommand : RescaleCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TransferCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter]
    public TransferDirection Direction { get; set; }

    [Parameter]
    public SwitchParameter Stale { get; set; }

    private protected override bool NeedsConnection => false;

    protected override async Task ProcessRecordAsync()
    {
        var missing = new HashSet<string>(Id, StringComparer.OrdinalIgnoreCase);
        try
        {
            await foreach (UnfinishedTransfer transfer in UnfinishedTransfers.ListAsync(IsConnected ? Session : null, StopToken))
            {
                bool isNamed = missing.Remove(transfer.Id);
                if ((Id.Length == 0 || isNamed) && IsWanted(transfer))
                    await WriteAsync(new TransferItem(transfer, DateTimeOffset.Now));
                if (Id.Length > 0 && missing.Count == 0)
                    return;
            }
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, null);
            return;
        }

        foreach (string id in missing)
            await WriteErrorAsync(UnfinishedTransfers.NotFound(id, IsConnected), id);
    }

    private bool IsWanted(UnfinishedTransfer transfer)
        => (!MyInvocation.BoundParameters.ContainsKey(nameof(Direction)) || transfer.Direction == Direction)
            && (!Stale || StaleTransfers.Reason(transfer, DateTimeOffset.Now) is not null);
}
