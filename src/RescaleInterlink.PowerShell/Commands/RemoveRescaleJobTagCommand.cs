using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Takes tags away from jobs. A tag that a job does not have is no error.</summary>
[Cmdlet(VerbsCommon.Remove, "RescaleJobTag", SupportsShouldProcess = true)]
[OutputType(typeof(JobTagItem))]
public sealed class RemoveRescaleJobTagCommand : JobTagCmdlet
{
    private protected override string Question(string tag) => $"Remove tag '{tag}'";

    // As they are: a tag may have blanks around it.
    private protected override IEnumerable<string> Meant(IEnumerable<string> given) => given.Distinct(StringComparer.Ordinal);

    private protected override Task ChangeAsync(string jobId, string tag) => Session.Client.Jobs.RemoveTagAsync(jobId, tag, StopToken);
}
