using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Downloads files, decrypts and verifies them; a file is at its final name only when it is whole.</summary>
[Cmdlet(VerbsCommunications.Receive, "RescaleFile", SupportsShouldProcess = true, DefaultParameterSetName = ObjectSet)]
[OutputType(typeof(ReceivedFileItem))]
public sealed class ReceiveRescaleFileCommand : TransferCmdlet
{
    private const string IdSet = "Id";
    private const string ObjectSet = "InputObject";

    private readonly DestinationClaims _claims = new();

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("FileId")]
    [ArgumentCompleter(typeof(FileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [ValidateNotNull]
    public StoredFileItem[] InputObject { get; set; } = [];

    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override string Activity => "Receiving files from Rescale";

    protected override async Task ProcessRecordAsync()
    {
        string folder = await InvokeAsync(() => Destination is null ? PathResolver.CurrentFolder(this) : PathResolver.Literal(this, Destination));
        foreach (StoredFileItem item in InputObject)
        {
            if (await ShouldProcessAsync($"{item.Name} ({HumanSize.Format(item.Size ?? 0)})", $"Download to {folder}"))
                Queue(item.Id, item.Record, item.Size, folder, (item as JobFileItem)?.JobId);
        }

        foreach (string id in Id)
        {
            if (await ShouldProcessAsync($"file {id}", $"Download to {folder}"))
                Queue(id, null, null, folder, null);
        }
    }

    private void Queue(string id, PlatformFile? record, long? length, string folder, string? jobId)
        => StartTransfer(id, length, async cancellationToken =>
        {
            PlatformFile file = record ?? await Session.Client.Files.GetAsync(id, cancellationToken);
            string path = SafeFileName.Resolve(folder, file.RelativePath, file.Name);
            _claims.Claim(path);
            DownloadResult result = await Session.Library.DownloadAsync(Engine, file, path, Force, cancellationToken);
            if (result.Integrity == Integrity.Unverifiable)
                PostWarning($"'{file.Name}' ({id}) was received, but the platform has no SHA-512 to verify it with.");
            await WriteAsync(new ReceivedFileItem(result, id, jobId));
        });
}
