using System.Management.Automation;
using RescaleInterlink.Diagnostics;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Writes a redacted report about this session to a file. Nothing is sent anywhere.</summary>
[Cmdlet(VerbsData.Export, "RescaleDiagnostic", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportRescaleDiagnosticCommand : RescaleCmdlet
{
    private readonly List<RecentError> _given = [];

    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public ErrorRecord? ErrorRecord { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Note { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool NeedsConnection => false;

    protected override Task ProcessRecordAsync()
    {
        if (ErrorRecord is { } record)
            _given.Add(ErrorRecords.Describe(record, record.InvocationInfo?.MyCommand?.Name ?? record.CategoryInfo.Activity ?? "", DateTimeOffset.UtcNow));
        return Task.CompletedTask;
    }

    protected override async Task EndProcessingAsync()
    {
        DateTimeOffset now = DateTimeOffset.Now;
        string path = await InvokeAsync(() => Path is null
            ? System.IO.Path.Combine(ReportFile.DefaultFolder, ReportFile.NameAt(now))
            : PathResolver.Literal(this, Path));
        if (Directory.Exists(path))
            path = System.IO.Path.Combine(path, ReportFile.NameAt(now));
        if (!await ShouldProcessAsync(path, "Write a redacted report"))
            return;
        ConnectionItem[] connections = await InvokeAsync(() => State.Connections.Append(Connection).OfType<ConnectionItem>().Distinct().ToArray());
        string shell = await InvokeAsync(() => SessionState.PSVariable.GetValue("PSVersionTable") is System.Collections.IDictionary versions ? $"{versions["PSVersion"]}" : "");
        var report = await SessionReport.MakeAsync(now, shell, IsConnected ? Session : null, connections, State.Errors.Snapshot(), _given, Note);
        await ReportFile.WriteAsync(path, report, Force, StopToken);
        await InvokeAsync(() => WriteObject(new FileInfo(path)));
    }
}
