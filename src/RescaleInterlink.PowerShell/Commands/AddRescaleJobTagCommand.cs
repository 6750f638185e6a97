using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Adds tags to jobs. A tag that a job has already is no error.</summary>
[Cmdlet(VerbsCommon.Add, "RescaleJobTag", SupportsShouldProcess = true)]
[OutputType(typeof(JobTagItem))]
public sealed class AddRescaleJobTagCommand : JobTagCmdlet
{
    private protected override string Question(string tag) => $"Add tag '{tag}'";

    private protected override IEnumerable<string> Meant(IEnumerable<string> given)
        => given.Select(tag => tag.Trim()).Where(tag => tag.Length > 0).Distinct(StringComparer.Ordinal);

    private protected override Task ChangeAsync(string jobId, string tag) => Session.Client.Jobs.AddTagAsync(jobId, tag, StopToken);
}
