using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The tags of jobs.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobTag")]
[OutputType(typeof(JobTagItem))]
public sealed class GetRescaleJobTagCommand : RescaleCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = ["*"];

    protected override async Task ProcessRecordAsync()
    {
        NameFilter filter = new(Tag);
        foreach (string id in JobId)
        {
            try
            {
                foreach (Tag tag in await Session.Client.Jobs.GetTagsAsync(id, StopToken))
                {
                    if (filter.Matches(tag.Name))
                        await WriteAsync(new JobTagItem(id, tag));
                }
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }
}
