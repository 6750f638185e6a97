using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Continues transfers without the commands that began them; the results are those of Send- and Receive-RescaleFile.</summary>
[Cmdlet(VerbsLifecycle.Resume, "RescaleTransfer", SupportsShouldProcess = true)]
[OutputType(typeof(SentFileItem), typeof(ReceivedFileItem))]
public sealed class ResumeRescaleTransferCommand : TransferCmdlet
{
    private IReadOnlyDictionary<string, UnfinishedTransfer> _known = new Dictionary<string, UnfinishedTransfer>();

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TransferCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override string Activity => "Continuing transfers with Rescale";

    protected override Task BeginProcessingAsync()
    {
        _known = LocalTransfers.List().ToDictionary(transfer => transfer.Id, StringComparer.OrdinalIgnoreCase);
        return Task.CompletedTask;
    }

    protected override async Task ProcessRecordAsync()
    {
        foreach (string id in Id)
        {
            UnfinishedTransfer? transfer = _known.GetValueOrDefault(id);
            long? left = transfer?.BytesTotal - transfer?.BytesDone;
            string target = transfer?.LocalPath is { } path ? $"{path} ({HumanSize.OrUnknown(left)} left of {HumanSize.OrUnknown(transfer.BytesTotal)})" : $"transfer {id}";
            if (await ShouldProcessAsync(target, $"Continue the {transfer?.Direction.ToString().ToLowerInvariant() ?? "transfer"}"))
                await StartTransferAsync(id, cancellationToken => ResumeAsync(id, cancellationToken));
        }
    }

    private async Task ResumeAsync(string id, CancellationToken cancellationToken)
    {
        ResumedTransfer done = await Session.Library.ResumeAsync(Engine, id.ToLowerInvariant(), Force, PostWarning, ContinuedNotice(_known.GetValueOrDefault(id)?.LocalPath ?? id), cancellationToken);
        if (done.Uploaded is { } sent)
        {
            State.Files.Add(sent.Id, sent.Name);
            foreach (RescaleException missed in sent.MissedTags)
                await WriteErrorAsync(missed, sent.Id);
            await WriteAsync(new SentFileItem(sent, done.Transfer.LocalPath!));
        }
        else if (done.Downloaded is { } received)
        {
            WarnOfIntegrity(received, done.Transfer.Name ?? received.Destination, done.Transfer.FileId);
            await WriteAsync(new ReceivedFileItem(received, done.Transfer.FileId, null));
        }
    }
}
