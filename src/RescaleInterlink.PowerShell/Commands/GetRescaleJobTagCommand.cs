using System.Management.Automation;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The tags of jobs.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobTag")]
[OutputType(typeof(JobTagItem))]
public sealed class GetRescaleJobTagCommand : JobDetailCmdlet
{
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = ["*"];

    private protected override async Task ShowAsync(string jobId)
    {
        NameFilter filter = new(Tag);
        foreach (Tag tag in await Session.Client.Jobs.GetTagsAsync(jobId, StopToken))
        {
            if (filter.Matches(tag.Name))
                await WriteAsync(new JobTagItem(jobId, tag));
        }
    }
}
