using System.Management.Automation;
using RescaleInterlink.Archiving;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Planning;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Runs a table of jobs from their directories to their results; writes each job as it ends.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RescalePipeline", SupportsShouldProcess = true, DefaultParameterSetName = TableSet)]
[OutputType(typeof(PipelineResultItem), typeof(PipelineSummaryItem))]
public sealed class InvokeRescalePipelineCommand : PipelineCmdlet
{
    private const int MostWorkers = 64;

    private readonly LabelWarnings _warnings = new();
    private ArchiveOptions _archive = null!;
    private PipelineRunner? _runner;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatePath { get; set; }

    /// <summary>File that gets a JSON line for each thing that happens.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <summary>Jobs table of the rows that have failed.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? FailurePath { get; set; }

    /// <summary>Archives are also written to the disk, beside the directories.</summary>
    [Parameter]
    public SwitchParameter KeepTar { get; set; }

    /// <summary>Archives on the disk are removed when they have been uploaded.</summary>
    [Parameter]
    public SwitchParameter RemoveTar { get; set; }

    [Parameter]
    public SwitchParameter Resume { get; set; }

    [Parameter]
    public PipelineRetry? Retry { get; set; }

    [Parameter]
    public SwitchParameter AllowTableChange { get; set; }

    [Parameter]
    public SwitchParameter UseExistingFile { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The run in numbers is the last object.</summary>
    [Parameter]
    public SwitchParameter Summary { get; set; }

    [Parameter]
    [ValidateRange(1, 3600)]
    public int PollIntervalSeconds { get; set; } = 10;

    [Parameter]
    [ValidateRange(1, MostWorkers)]
    public int ArchiveWorkers { get; set; } = 4;

    [Parameter]
    [ValidateRange(1, MostWorkers)]
    public int UploadWorkers { get; set; } = 4;

    [Parameter]
    [ValidateRange(1, MostWorkers)]
    public int JobWorkers { get; set; } = 4;

    [Parameter]
    [ValidateRange(1, MostWorkers)]
    public int DownloadWorkers { get; set; } = 4;

    protected override void Prepare()
    {
        base.Prepare();
        if (Force && (Resume || Retry is not null))
            throw new RescaleException(
                ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, "-Force forgets the earlier run, and -Resume and -Retry go on with it.",
                "Give one of them.");
        UseDefaults(Session.Defaults);
        _archive = ChooseArchive(Session.Defaults);
        ShowProgress(() => _runner is null ? null : PipelineReport.Of(_runner.GetProgress()));
    }

    protected override async Task EndProcessingAsync()
    {
        if (HasNoRows)
            return;

        (string current, string? table, string? destination, string? state, string? log, string? failures, ExtraInputs extras) = await InvokeAsync(() => (
            PathResolver.CurrentFolder(this), TablePath(), Full(Destination), Full(StatePath), Full(LogPath), Full(FailurePath), ChooseExtras()));
        PipelineRunner runner = Session.CreatePipeline();
        IReadOnlyList<JobRow> rows = table is null ? JobRows.Of(Rows, current) : JobTable.ReadFile(table);
        foreach (string loss in JobTable.FindLosses(Rows.Select(row => row.BaseObject).OfType<JobSpecItem>().Select(item => item.Spec)))
            PostWarning($"A pipeline is a table, which has no column for {loss}; it is left out. Submit-RescaleJob takes it.");
        if (UseExistingFile)
            rows = JobRow.WithoutDirectories(rows);
        rows = await ConfirmedAsync(rows, extras, destination);
        if (rows.Count == 0)
            return;

        state ??= DefaultStatePath(table, destination ?? current);
        if (failures is not null && table is not null && Path.GetFullPath(failures) == Path.GetFullPath(table))
            throw new RescaleException(
                ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, "-FailurePath is the table that is run: its other rows would be lost. Nothing was sent.",
                "Give another path.");
        var options = new PipelineOptions
        {
            Destination = destination,
            StatePath = state,
            Archive = _archive,
            Extras = extras,
            KeepArchives = KeepTar,
            RemoveArchives = RemoveTar,
            ExistingState = Force ? ExistingState.Replace : Resume ? ExistingState.Require : ExistingState.Resume,
            Retry = Retry,
            AllowTableChange = AllowTableChange,
            Overwrite = Force,
            PollInterval = TimeSpan.FromSeconds(PollIntervalSeconds),
            ArchiveWorkers = ArchiveWorkers,
            UploadWorkers = UploadWorkers,
            JobWorkers = JobWorkers,
            DownloadWorkers = DownloadWorkers,
            Transfer = TransfersOf(Session.Defaults),
            LogPath = log,
            FailurePath = failures ?? DefaultFailurePath(state),
            OnNotice = PostWarning,
            OnContinued = (what, done, total) => ContinuedNotice(what)(done, total),
        };
        _runner = runner;
        await foreach (PipelineJobResult result in runner.RunAsync(rows, options, StopToken))
        {
            var item = new PipelineResultItem(result);
            await WriteAsync(item);
            if (result.JobId is { } id)
                State.Jobs.Add(id, result.JobName);
            foreach (RescaleException warning in _warnings.News(result.Warnings))
                PostWarning(warning.Message);
            if (result.Error is not null)
                await WriteErrorAsync(result.Error, item);
        }

        var summary = new PipelineSummaryItem(runner.Summary!);
        PostVerbose(summary.ToString());
        if (Summary)
            await WriteAsync(summary);
    }

    /// <summary>What the command was not told, the configuration may say.</summary>
    private void UseDefaults(WorkDefaults defaults)
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(ArchiveWorkers)))
            ArchiveWorkers = defaults.TarWorkers ?? ArchiveWorkers;
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(UploadWorkers)))
            UploadWorkers = defaults.UploadWorkers ?? UploadWorkers;
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(JobWorkers)))
            JobWorkers = defaults.JobWorkers ?? JobWorkers;
    }

    private static TransferOptions TransfersOf(WorkDefaults defaults)
    {
        var usual = new TransferOptions();
        return usual with
        {
            ThrottleLimit = defaults.ThrottleLimit ?? usual.ThrottleLimit,
            Connections = defaults.MaxConnections,
            MemoryLimit = defaults.MemoryLimit ?? usual.MemoryLimit,
            MaxBytesPerSecond = defaults.MaxBytesPerSecond,
        };
    }

    private async Task<IReadOnlyList<JobRow>> ConfirmedAsync(IReadOnlyList<JobRow> rows, ExtraInputs extras, string? destination)
    {
        PipelineForecast? forecast = IsRehearsal
            ? await new PipelinePlanner(Session.Jobs, await Session.Client.GetRateLimitsAsync()) { Archive = _archive, Extras = extras }.PlanAsync(rows, [], destination is not null, StopToken)
            : null;
        var confirmed = new List<JobRow>(rows.Count);
        for (int i = 0; i < rows.Count; i++)
        {
            JobRow row = rows[i];
            string action = row.Spec.SubmitMode == SubmitMode.CreateOnly
                ? "Archive, upload and create"
                : destination is null ? "Archive, upload, create and submit" : $"Archive, upload, create, submit, wait and download to {destination}";
            // What a folder holds is looked up for a plan only: a run lists it soon enough.
            string held = forecast?.Rows[i] is { ArchiveName.Length: > 0 } planned ? $" ({planned.Files} files, {HumanSize.Format(planned.Bytes)})" : "";
            string directory = string.IsNullOrEmpty(row.Spec.Directory) ? "(none)" : row.Spec.Directory;
            if (await ShouldProcessAsync($"row {row.Index}, job {row.Spec.JobName}, directory {directory}{held}", action))
                confirmed.Add(row);
        }

        if (forecast is not null)
        {
            foreach (PlanFinding finding in forecast.Findings)
                PostWarning(new PlanFindingItem(finding).ToString());
            await ShouldProcessAsync(new PipelineForecastItem(forecast).ToString(), "Run the pipeline");
        }

        return confirmed;
    }

    private string? Full(string? path) => path is null ? null : PathResolver.Literal(this, path);

    /// <summary>Beside the state; nobody has asked for it by name, so that a file of another kind there stays, and ends no run.</summary>
    private string? DefaultFailurePath(string state)
    {
        string name = Path.GetFileNameWithoutExtension(state);
        string end = ".state";
        if (name.EndsWith(end, StringComparison.OrdinalIgnoreCase) && name.Length > end.Length)
            name = name[..^end.Length];
        string path = Path.Combine(Path.GetDirectoryName(state)!, name + ".failed.csv");
        if (PipelineRunner.MayHoldFailures(path))
            return path;
        PostWarning($"Rows that fail are not written to '{path}': another file lies there. -FailurePath takes another path.");
        return null;
    }

    /// <summary>A run of files that are there already is another run than the one that uploads them.</summary>
    private string DefaultStatePath(string? table, string folder)
    {
        string end = UseExistingFile ? ".existing.state.csv" : ".state.csv";
        return table is null
            ? Path.Combine(folder, "pipeline" + end)
            : Path.Combine(Path.GetDirectoryName(table)!, Path.GetFileNameWithoutExtension(table) + end);
    }
}
