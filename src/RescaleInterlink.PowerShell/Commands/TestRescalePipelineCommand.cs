using System.Management.Automation;
using RescaleInterlink.Archiving;
using RescaleInterlink.Configuration;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Planning;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Looks at every row of a jobs table as a pipeline would, and sends nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RescalePipeline", DefaultParameterSetName = TableSet)]
[OutputType(typeof(PipelineForecastItem))]
public sealed class TestRescalePipelineCommand : PipelineCmdlet
{
    [Parameter]
    public SwitchParameter Offline { get; set; }

    /// <summary>State of a run that is to go on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StatePath { get; set; }

    private protected override bool NeedsConnection => false;

    protected override async Task EndProcessingAsync()
    {
        if (HasNoRows)
            return;
        (string current, string? table, string? state, ExtraInputs extras) = await InvokeAsync(() => (
            PathResolver.CurrentFolder(this), TablePath(), StatePath is null ? null : PathResolver.Literal(this, StatePath), ChooseExtras()));
        (IReadOnlyList<JobRow> rows, IReadOnlyList<TableFault> faults) = table is null ? JobRows.Inspect(Rows, current) : JobTable.InspectFile(table);
        bool asks = IsConnected && !Offline;
        ArchiveOptions archive = ChooseArchive(Defaults());
        var planner = new PipelinePlanner(asks ? Session.Jobs : null, asks ? await Session.Client.GetRateLimitsAsync() : null)
        {
            Archive = archive,
            Extras = extras,
        };
        // A table with faults is run by nobody, so that no state is asked what would be left of it.
        PipelineOutlook outlook = state is null || faults.Count > 0
            ? PipelineOutlook.OfNewRun(rows)
            : PipelineOutlook.Look(rows, new PipelineOptions { StatePath = state, ExistingState = ExistingState.Require, Destination = Destination, Archive = archive, Extras = extras });
        PipelineForecast forecast = await planner.PlanAsync(outlook, faults, collects: Destination is not null, StopToken);
        await WriteAsync(new PipelineForecastItem(forecast));
    }

    /// <summary>A connection has read them when it was made.</summary>
    private WorkDefaults Defaults() => IsConnected ? Session.Defaults : RescaleConfiguration.Load(ConfigurationPlaces.Current).Defaults;
}
