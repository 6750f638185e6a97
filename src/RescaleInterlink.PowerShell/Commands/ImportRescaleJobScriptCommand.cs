using System.Management.Automation;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Reads job specifications from SGE scripts.</summary>
[Cmdlet(VerbsData.Import, "RescaleJobScript", DefaultParameterSetName = PathSet)]
[OutputType(typeof(JobSpecItem))]
public sealed class ImportRescaleJobScriptCommand : JobFileCmdlet
{
    private protected override async Task ImportAsync(string path)
    {
        JobScriptContent content = JobScript.Read(await JobFiles.ReadAsync(path, StopToken), path);
        foreach (string note in content.Notes)
            PostWarning($"'{path}', {note}.");
        await WriteAsync(new JobSpecItem(content.Spec));
    }
}
