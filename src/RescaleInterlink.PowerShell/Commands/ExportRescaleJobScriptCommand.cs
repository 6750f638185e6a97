using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Writes a job specification as an SGE script; several become one script each in a folder, named after the jobs.</summary>
[Cmdlet(VerbsData.Export, "RescaleJobScript", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportRescaleJobScriptCommand : AsyncCmdlet
{
    private readonly HashSet<string> _written = new(StringComparer.OrdinalIgnoreCase);

    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public JobSpecItem[] InputObject { get; set; } = [];

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        foreach (JobSpecItem item in InputObject)
        {
            try
            {
                await ExportAsync(item.Spec);
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, item.JobName);
            }
        }
    }

    private async Task ExportAsync(JobSpec spec)
    {
        string path = await InvokeAsync(() => PathResolver.Literal(this, Path));
        if (Directory.Exists(path))
            path = System.IO.Path.Combine(path, JobFolderName.MakeSafe(spec.JobName) + ".sh");
        string script = JobScriptWriter.Write(spec, out IReadOnlyList<string> losses);
        // -Force is for what was there before, not for what this command has just written.
        if (!_written.Add(path))
        {
            throw new RescaleException(
                ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"Another job of this command has been written to '{path}'.",
                "Give a folder that exists, and each job a name of its own.");
        }

        if (!await ShouldProcessAsync(path, $"Write the script of the job {spec.JobName}"))
            return;
        await JobFiles.WriteAsync(path, script, Force, StopToken);
        foreach (string loss in losses)
            PostWarning($"The script of the job '{spec.JobName}' has no place for {loss}.");
        string written = path;
        if (PassThru)
            await InvokeAsync(() => WriteObject(new FileInfo(written)));
    }
}
