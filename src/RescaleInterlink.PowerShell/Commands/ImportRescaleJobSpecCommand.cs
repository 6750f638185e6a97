using System.Management.Automation;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Reads job specifications from JSON files and jobs tables.</summary>
[Cmdlet(VerbsData.Import, "RescaleJobSpec", DefaultParameterSetName = PathSet)]
[OutputType(typeof(JobSpecItem))]
public sealed class ImportRescaleJobSpecCommand : JobFileCmdlet
{
    [Parameter]
    public JobFileFormat? Format { get; set; }

    private protected override async Task ImportAsync(string path)
    {
        if ((Format ?? JobFileFormats.Of(path)) == JobFileFormat.Csv)
        {
            foreach (JobRow row in JobTable.ReadFile(path))
                await WriteAsync(new JobSpecItem(row.Spec));
            return;
        }

        JobSpecContent content = JobSpecJson.Read(await JobFiles.ReadAsync(path, StopToken), path, System.IO.Path.GetDirectoryName(path));
        foreach (string note in content.Notes)
            PostWarning($"'{path}': {note}.");
        foreach (JobSpec spec in content.Specs)
            await WriteAsync(new JobSpecItem(spec));
    }
}
