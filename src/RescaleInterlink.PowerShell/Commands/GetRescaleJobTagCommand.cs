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
    private NameFilter _tags = null!;

    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = ["*"];

    protected override void Prepare()
    {
        base.Prepare();
        _tags = new NameFilter(Tag);
    }

    private protected override async Task ShowAsync(string jobId)
    {
        foreach (Tag tag in await Session.Client.Jobs.GetTagsAsync(jobId, StopToken))
        {
            if (_tags.Matches(tag.Name))
                await WriteAsync(new JobTagItem(jobId, tag));
        }
    }
}
