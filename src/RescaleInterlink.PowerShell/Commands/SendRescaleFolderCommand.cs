using System.Management.Automation;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Sends folders with all that is in them; writes each file as it is done.</summary>
[Cmdlet(VerbsCommunications.Send, "RescaleFolder", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(SentFileItem))]
public sealed class SendRescaleFolderCommand : FolderCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private string[] _paths = [];
    private bool _literal;
    private FolderUpload _upload = null!;
    private ArchiveUpload? _archives;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path
    {
        get => _paths;
        set => (_paths, _literal) = (value, false);
    }

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath
    {
        get => _paths;
        set => (_paths, _literal) = (value, true);
    }

    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    public string? ParentId { get; set; }

    [Parameter]
    public SwitchParameter IncludeHidden { get; set; }

    [Parameter]
    public SymbolicLinkPolicy SymbolicLink { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    /// <summary>Each folder becomes one file.</summary>
    [Parameter]
    public SwitchParameter AsArchive { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter]
    public TarCompression TarCompression { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? IncludePattern { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? ExcludePattern { get; set; }

    [Parameter]
    public SwitchParameter FlattenTar { get; set; }

    private protected override string Activity => "Sending folders to Rescale";

    private protected override string Participle => "sent";

    protected override void Prepare()
    {
        base.Prepare();
        RefuseOptions(AsArchive, AsArchive ? FolderOptions : ArchiveOnlyOptions);
        _archives = AsArchive
            ? Session.CreateArchiveUpload(new ArchiveUploadOptions
            {
                Archive = new ArchiveOptions { Include = IncludePattern ?? [], Exclude = ExcludePattern ?? [], Flatten = FlattenTar, Compression = TarCompression },
                Name = Name,
                Conflict = MyInvocation.BoundParameters.ContainsKey(nameof(Conflict)) ? Conflict : null,
            }, StopToken)
            : null;
        _upload = Session.CreateFolderUpload(new FolderUploadOptions
        {
            Filter = new TreeFilter(Include, Exclude),
            IncludeHidden = IncludeHidden,
            SymbolicLinks = SymbolicLink,
            Conflict = Conflict,
            ComparisonsAtOnce = ThrottleLimit,
        });
    }

    protected override async Task EndProcessingAsync()
    {
        await base.EndProcessingAsync();
        if (_archives is not null)
            await _archives.DisposeAsync();
        else if (IsRehearsal)
            await TellOfLimitsAsync(PlannedItems);
    }

    /// <summary>A folder of many small files takes as long as the platform's limit for calls says, however fast the network is.</summary>
    private async Task TellOfLimitsAsync(int calls)
    {
        RateLimitStatus limit = (await Session.Client.GetRateLimitsAsync()).First(static limit => limit.Scope == RateScope.User);
        TimeSpan shortest = limit.Shortest(calls);
        if (shortest >= TimeSpan.FromMinutes(1))
            PostWarning(FormattableString.Invariant(
                $"Each file and folder takes a call, of which the platform takes {limit.Tokens:0} at once and then {limit.RatePerSecond:0.###} a second: these {calls} take {shortest:d\\.hh\\:mm\\:ss} or longer. With -AsArchive the folder is one file, for which one call is enough."));
    }

    private static readonly string[] FolderOptions = [nameof(Include), nameof(Exclude), nameof(IncludeHidden), nameof(SymbolicLink)];
    private static readonly string[] ArchiveOnlyOptions = [nameof(Name), nameof(TarCompression), nameof(IncludePattern), nameof(ExcludePattern), nameof(FlattenTar)];

    private void RefuseOptions(bool asArchive, string[] options)
    {
        string[] given = [.. options.Where(MyInvocation.BoundParameters.ContainsKey).Select(static option => "-" + option)];
        if (given.Length > 0)
            throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, $"{string.Join(", ", given)} cannot be used {(asArchive ? "with" : "without")} -AsArchive.",
                asArchive ? "An archive holds all of the folder, links as links; -IncludePattern and -ExcludePattern choose by names." : "Give -AsArchive, too, or leave them out.");
    }

    protected override async Task ProcessRecordAsync()
    {
        foreach (string path in _paths)
        {
            try
            {
                bool isPattern = !_literal && WildcardPattern.ContainsWildcardCharacters(path);
                foreach (string folder in await InvokeAsync(() => PathResolver.Resolve(this, path, _literal)))
                {
                    if (isPattern && File.Exists(folder))
                        PostVerbose($"'{folder}' is a file and was skipped.");
                    else if (_archives is not null)
                        await SendArchiveAsync(_archives, folder);
                    else
                        await SendAsync(folder);
                }
            }
            catch (RescaleException e)
            {
                await FailAsync(e, path);
            }
        }
    }

    private async Task SendArchiveAsync(ArchiveUpload archives, string folder)
    {
        ArchiveToSend step;
        try
        {
            step = await archives.PlanAsync(folder, string.IsNullOrEmpty(ParentId) ? null : ParentId, StopToken);
        }
        catch (RescaleException e) when (!StopToken.IsCancellationRequested)
        {
            await FailAsync(e, folder);
            return;
        }

        TarSource tar = step.Archive.Source;
        string before = TarCompression == TarCompression.Gzip ? " before it is compressed" : "";
        await QueueAsync(
            folder, $"{folder}, {tar.FileCount} files of {HumanSize.Format(tar.FileBytes)}, as {step.Name}{before}", tar.Length,
            step.Existing is null ? PlannedAction.Transfer : PlannedAction.Skip, ActionWords, async cancellationToken =>
            {
                SentFile sent = await archives.SendAsync(Engine, step, OptionsOf(folder), cancellationToken);
                State.Files.Add(sent.Id, sent.Name);
                foreach (RescaleException missed in sent.Uploaded?.MissedTags ?? [])
                    await WriteErrorAsync(missed, sent.Id);
                await WriteAsync(sent.Uploaded is { } uploaded ? new SentFileItem(uploaded, folder) : new SentFileItem(step.Existing!, folder, step.FolderId, TransferStatus.Skipped));
            });
    }

    private UploadOptions OptionsOf(string path) => new() { Tags = Tag, NoResume = NoResume, OnNotice = PostWarning, OnContinued = ContinuedNotice(path) };

    private Task SendAsync(string folder)
    {
        string name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(folder));
        string? topId = null;
        return RunAsync(
            folder,
            Watch(_upload.PlanAsync(folder, string.IsNullOrEmpty(ParentId) ? null : ParentId, inner => PermitFolderAsync(inner.Length == 0 ? name : $"{name}/{inner}", "Make folder on Rescale"), StopToken)),
            step => Queue((FileToSend)step, topId));

        async IAsyncEnumerable<FolderStep> Watch(IAsyncEnumerable<FolderStep> steps)
        {
            await foreach (FolderStep step in steps)
            {
                if (step is FolderStep.FolderReady { RelativePath.Length: 0 } top)
                    topId = top.Place;
                yield return step;
            }
        }
    }

    private Task Queue(FileToSend file, string? topId) => QueueAsync(file.LocalPath, file.RelativePath, file.Length, file.Action, ActionWords, async cancellationToken =>
    {
        SentFile sent = await _upload.SendAsync(Engine, file, OptionsOf(file.LocalPath), cancellationToken);
        State.Files.Add(sent.Id, sent.Name);
        // The file is none the worse for a tag that could not be set.
        foreach (RescaleException missed in sent.Uploaded?.MissedTags ?? [])
            await WriteErrorAsync(missed, sent.Id);
        SentFileItem item = sent.Uploaded is { } uploaded
            ? new SentFileItem(uploaded, file.LocalPath) { RelativePath = file.RelativePath, RootFolderId = topId }
            : new SentFileItem(RecordOf(sent), file.LocalPath, file.FolderId!, sent.Outcome.ToString()) { RelativePath = file.RelativePath, RootFolderId = topId };
        await WriteAsync(item);
    });

    /// <summary>What was listed of a file that did not travel; a download asks for the rest.</summary>
    private static PlatformFile RecordOf(SentFile file) => new()
    {
        Id = file.Id,
        Name = file.Name,
        DecryptedSize = file.Length,
        FileChecksums = file.Sha512 is null ? [] : [new FileChecksum("sha512", file.Sha512)],
    };

    private static string ActionWords(PlannedAction action) => action switch
    {
        PlannedAction.Compare => "Compare with the file on Rescale",
        PlannedAction.Replace => "Replace on Rescale",
        PlannedAction.Rename => "Upload to Rescale under another name",
        PlannedAction.Skip => "Leave as it is on Rescale",
        PlannedAction.Refuse => "Refuse, because Rescale has another",
        _ => "Upload to Rescale",
    };
}
