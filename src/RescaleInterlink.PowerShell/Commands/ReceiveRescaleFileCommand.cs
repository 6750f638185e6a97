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

    private LocalPlaces _places = null!;
    private bool _rehearsal;

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
    public ReceiveConflict Conflict { get; set; } = ReceiveConflict.Error;

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter SkipChecksum { get; set; }

    [Parameter]
    public SwitchParameter NoResume { get; set; }

    private protected override string Activity => "Receiving files from Rescale";

    protected override void Prepare()
    {
        base.Prepare();
        _rehearsal = IsRehearsal;
        if (Force && Conflict != ReceiveConflict.Overwrite && MyInvocation.BoundParameters.ContainsKey(nameof(Conflict)))
        {
            throw new RescaleException(
                ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, $"-Force means -Conflict Overwrite, and -Conflict {Conflict} was given.",
                "Give one of them.");
        }

        _places = new LocalPlaces(Force ? ReceiveConflict.Overwrite : Conflict, !NoResume);
    }

    protected override async Task ProcessRecordAsync()
    {
        string folder = await InvokeAsync(() => Destination is null ? PathResolver.CurrentFolder(this) : PathResolver.Literal(this, Destination));
        foreach (StoredFileItem item in InputObject)
            await AddAsync(item.Id, item.Record, item.Name, item.Size, folder, (item as JobFileItem)?.JobId);
        foreach (string id in Id)
        {
            // Name and size are not known without asking, which only a rehearsal is worth.
            PlatformFile? record = _rehearsal ? await FindAsync(id) : null;
            if (record is not null || !_rehearsal)
                await AddAsync(id, record, record?.Name, record?.DecryptedSize, folder, null);
        }
    }

    private async Task AddAsync(string id, PlatformFile? record, string? name, long? size, string folder, string? jobId)
    {
        if (await ShouldProcessAsync(name is null ? $"file {id}" : $"{name} ({HumanSize.OrUnknown(size)})", $"Download to {folder}"))
        {
            Turn turn = _places.NextTurn();
            await StartTransferAsync(id, cancellationToken => ReceiveAsync(id, record, folder, jobId, turn, cancellationToken));
        }
    }

    private async Task<PlatformFile?> FindAsync(string id)
    {
        try
        {
            return await Session.Client.Files.GetAsync(id, StopToken);
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, id);
            return null;
        }
    }

    private async Task ReceiveAsync(string id, PlatformFile? record, string folder, string? jobId, Turn turn, CancellationToken cancellationToken)
    {
        PlatformFile file;
        string wanted;
        string? place;
        // Also when it fails: those behind it wait for it.
        using (turn)
        {
            file = record ?? await LookUpAsync(() => Session.Client.Files.GetAsync(id, cancellationToken), cancellationToken);
            wanted = SafeFileName.Resolve(folder, file.RelativePath, file.Name);
            await turn.WaitAsync(cancellationToken);
            place = _places.Take(wanted, id);
        }

        if (place is not { } path)
        {
            PostVerbose($"'{wanted}' exists already; '{file.Name}' ({id}) was skipped.");
            await WriteAsync(new ReceivedFileItem(wanted, id, jobId, LocalLength.Of(wanted), null, TransferStatus.Skipped));
            return;
        }

        var options = new DownloadOptions
        {
            Overwrite = Force || Conflict == ReceiveConflict.Overwrite, AllowMismatch = SkipChecksum, NoResume = NoResume,
            OnNotice = PostWarning, OnContinued = ContinuedNotice(path),
        };
        DownloadResult result = await Session.Library.DownloadAsync(Engine, file, path, options, cancellationToken);
        WarnOfIntegrity(result, file.Name, id);
        await WriteAsync(new ReceivedFileItem(result, id, jobId));
    }
}
