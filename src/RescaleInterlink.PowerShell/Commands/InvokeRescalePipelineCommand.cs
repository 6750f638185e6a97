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
    private bool _rehearses;

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
        _rehearses = IsRehearsal;
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
        state ??= PipelinePlaces.StateOf(table, destination ?? current, UseExistingFile);
        if (failures is not null && table is not null && Path.GetFullPath(failures) == Path.GetFullPath(table))
            throw new RescaleException(
                ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, "-FailurePath is the table that is run: its other rows would be lost. Nothing was sent.",
                "Give another path.");
        PipelineOptions options = OptionsOf(state, destination, extras) with { LogPath = log, FailurePath = failures ?? FreeFailurePath(state) };
        if (await ChooseAsync(runner, rows, options) is not { } chosen)
            return;

        _runner = runner;
        try
        {
            await foreach (PipelineJobResult result in runner.RunAsync(rows, chosen, StopToken))
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
        }
        finally
        {
            // Also of a run that has failed as a whole: how far it came is told nowhere else.
            if (runner.Summary is { } measured)
                PostVerbose(new PipelineSummaryItem(measured).ToString());
        }

        if (Summary)
            await WriteAsync(new PipelineSummaryItem(runner.Summary!));
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

    private PipelineOptions OptionsOf(string state, string? destination, ExtraInputs extras) => new()
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
        OnNotice = PostWarning,
        OnContinued = (what, done, total) => ContinuedNotice(what)(done, total),
    };

    /// <summary>Asks about each row that would be run. One that is declined stays in the table, to be run another time.</summary>
    /// <returns>The options of the run; null when none is to be.</returns>
    private async Task<PipelineOptions?> ChooseAsync(PipelineRunner runner, IReadOnlyList<JobRow> rows, PipelineOptions options)
    {
        PipelineOutlook outlook = runner.Look(rows, options, logs: !_rehearses);
        // What a folder holds is looked up for a rehearsal only: a run lists it soon enough.
        PipelineForecast? forecast = _rehearses
            ? await new PipelinePlanner(Session.Jobs, await Session.Client.GetRateLimitsAsync()) { Archive = _archive, Extras = options.Extras }
                .PlanAsync(outlook, [], options.Destination is not null, StopToken)
            : null;
        var declined = new HashSet<int>();
        for (int i = 0; i < outlook.Open.Count; i++)
        {
            OpenRow open = outlook.Open[i];
            if (!await ShouldProcessAsync(PipelineQuestion.Target(open.Row, forecast?.Rows[i]), PipelineQuestion.Action(open, options.Destination)))
                declined.Add(open.Row.Index);
        }

        if (forecast is not null)
        {
            foreach (PlanFinding finding in forecast.Findings)
                PostWarning(new PlanFindingItem(finding).ToString());
            await ShouldProcessAsync(new PipelineForecastItem(forecast).ToString(), "Run the pipeline");
            return null;
        }

        return declined.Count > 0 && declined.Count == outlook.Open.Count ? null : options with { LeftOut = declined };
    }

    private string? Full(string? path) => path is null ? null : PathResolver.Literal(this, path);

    /// <summary>Nobody has asked for the usual place by name, so that a file of another kind there stays, and ends no run.</summary>
    private string? FreeFailurePath(string state)
    {
        string path = PipelinePlaces.FailuresOf(state);
        if (PipelineRunner.MayHoldFailures(path))
            return path;
        PostWarning($"Rows that fail are not written to '{path}': another file lies there. -FailurePath takes another path.");
        return null;
    }
}
