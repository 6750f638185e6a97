using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Gives unfinished transfers up and cleans up both ends: what the storage holds, and what lies on this machine.</summary>
[Cmdlet(VerbsCommon.Remove, "RescaleTransfer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = IdSet)]
public sealed class RemoveRescaleTransferCommand : RescaleCmdlet
{
    private const string IdSet = "Id";
    private const string StaleSet = "Stale";

    private bool _asks;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [ArgumentCompleter(typeof(TransferCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ParameterSetName = StaleSet)]
    public SwitchParameter Stale { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool NeedsConnection => false;

    protected override void Prepare()
    {
        base.Prepare();
        _asks = !Force || IsRehearsal || MyInvocation.BoundParameters.ContainsKey("Confirm");
    }

    protected override async Task ProcessRecordAsync()
    {
        try
        {
            if (Stale)
                await RemoveStaleAsync();
            else
                await RemoveNamedAsync();
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, null);
        }
    }

    private async Task RemoveStaleAsync()
    {
        var found = new List<(UnfinishedTransfer Transfer, string Reason)>();
        await foreach (UnfinishedTransfer transfer in UnfinishedTransfers.ListAsync(IsConnected ? Session : null, StopToken))
        {
            if (StaleTransfers.Reason(transfer, DateTimeOffset.Now) is { } reason)
                found.Add((transfer, reason));
        }

        foreach ((UnfinishedTransfer transfer, string reason) in found)
            await TryRemoveAsync(transfer, $"; {reason}");
    }

    private async Task RemoveNamedAsync()
    {
        Dictionary<string, UnfinishedTransfer> local = LocalTransfers.List().ToDictionary(transfer => transfer.Id, StringComparer.OrdinalIgnoreCase);
        foreach (string id in Id)
            await TryRemoveAsync(local.GetValueOrDefault(id) ?? new UnfinishedTransfer(id.ToLowerInvariant(), UnfinishedState.Orphaned), "");
    }

    private async Task TryRemoveAsync(UnfinishedTransfer transfer, string because)
    {
        string size = transfer.BytesDone is { } done ? $", {HumanSize.OfWhole(done, transfer.BytesTotal)} done" : "";
        string target = $"{transfer.LocalPath ?? transfer.Name ?? "transfer"} ({transfer.Id}{size}{because})";
        try
        {
            if (!_asks || await ShouldProcessAsync(target, "Give the unfinished transfer up"))
                await RemoveAsync(transfer);
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, transfer.Id);
        }
    }

    private async Task RemoveAsync(UnfinishedTransfer transfer)
    {
        if (!IsConnected && !Force && transfer.NeedsStorage)
        {
            throw new RescaleException(
                ErrorIds.NotConnected, ErrorKind.State, $"The transfer '{transfer.Id}' may have left parts in the storage, and there is no connection.",
                "Connect-Rescale first, or use -Force to remove only what lies on this machine.");
        }

        RescaleException? unreached = null;
        try
        {
            if (IsConnected)
            {
                await Session.Library.RemoveAsync(transfer.Id, PostWarning, StopToken);
                return;
            }
        }
        catch (RescaleException e) when (Force && e.ErrorId is not (ErrorIds.TransferInUse or ErrorIds.TransferNotFound))
        {
            unreached = e;
        }

        if (!await LocalTransfers.RemoveAsync(transfer.Id, StopToken))
            throw unreached ?? UnfinishedTransfers.NotFound(transfer.Id, IsConnected);
        if (transfer.NeedsStorage)
            PostWarning($"Only what lies on this machine of the transfer '{transfer.Id}' was removed: {unreached?.Message ?? "there is no connection."} The storage may still hold parts of it.");
    }
}
