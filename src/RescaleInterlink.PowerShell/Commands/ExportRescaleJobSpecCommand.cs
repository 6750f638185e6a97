using System.Management.Automation;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Writes all piped job specifications to one file.</summary>
[Cmdlet(VerbsData.Export, "RescaleJobSpec", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportRescaleJobSpecCommand : AsyncCmdlet
{
    private readonly List<JobSpec> _specs = [];

    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public JobSpecItem[] InputObject { get; set; } = [];

    [Parameter]
    public JobFileFormat? Format { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override Task ProcessRecordAsync()
    {
        _specs.AddRange(InputObject.Select(item => item.Spec));
        return Task.CompletedTask;
    }

    protected override async Task EndProcessingAsync()
    {
        if (_specs.Count == 0)
            return;
        string path = await InvokeAsync(() => PathResolver.Literal(this, Path));
        string text = Write(Format ?? JobFileFormats.Of(path), out IReadOnlyList<string> losses);
        if (!await ShouldProcessAsync(path, $"Write {_specs.Count} job specification(s)"))
            return;
        await JobFiles.WriteAsync(path, text, Force, StopToken);
        foreach (string loss in losses)
            PostWarning($"The file has no place for {loss}.");
        if (PassThru)
            await InvokeAsync(() => WriteObject(new FileInfo(path)));
    }

    private string Write(JobFileFormat format, out IReadOnlyList<string> losses)
    {
        if (format != JobFileFormat.Csv)
        {
            JobSpecForm form = format switch
            {
                JobFileFormat.Template => JobSpecForm.Template,
                JobFileFormat.Api => JobSpecForm.Api,
                _ => JobSpecForm.Spec,
            };
            return JobSpecJsonWriter.Write(_specs, form, out losses);
        }

        using var writer = new StringWriter();
        JobTable.Write(writer, _specs);
        losses = JobTable.FindLosses(_specs);
        return writer.ToString();
    }
}
