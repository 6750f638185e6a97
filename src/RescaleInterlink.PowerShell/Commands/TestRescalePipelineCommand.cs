using System.Management.Automation;
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
    private const string TableSet = "JobsCsv";
    private const string RowsSet = "InputObject";

    private readonly List<PSObject> _rows = [];

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = TableSet)]
    [ValidateNotNullOrEmpty]
    public string JobsCsv { get; set; } = null!;

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = RowsSet)]
    [ValidateNotNull]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>As of Invoke-RescalePipeline: with it, the calls that collect the outputs are counted too.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    [Parameter]
    public SwitchParameter Offline { get; set; }

    private protected override bool NeedsConnection => false;

    protected override Task ProcessRecordAsync()
    {
        if (ParameterSetName == RowsSet)
            _rows.Add(InputObject);
        return Task.CompletedTask;
    }

    protected override async Task EndProcessingAsync()
    {
        if (ParameterSetName == RowsSet && _rows.Count == 0)
            return;
        (string current, string? table, ExtraInputs extras) = await InvokeAsync(() => (
            PathResolver.CurrentFolder(this), ParameterSetName == TableSet ? PathResolver.Literal(this, JobsCsv) : null, ChooseExtras()));
        (IReadOnlyList<JobRow> rows, IReadOnlyList<TableFault> faults) = table is null ? JobRows.Inspect(_rows, current) : JobTable.InspectFile(table);
        bool asks = IsConnected && !Offline;
        var planner = new PipelinePlanner(asks ? Session.Jobs : null, asks ? await Session.Client.GetRateLimitsAsync() : null) 
        {
            Archive = ChooseArchive(Defaults()),
            Extras = extras,
        };
        PipelineForecast forecast = await planner.PlanAsync(rows, faults, collects: Destination is not null, StopToken);
        await WriteAsync(new PipelineForecastItem(forecast));
    }

    /// <summary>A connection has read them when it was made.</summary>
    private WorkDefaults Defaults() => IsConnected ? Session.Defaults : RescaleConfiguration.Load(ConfigurationPlaces.Current).Defaults;
}
