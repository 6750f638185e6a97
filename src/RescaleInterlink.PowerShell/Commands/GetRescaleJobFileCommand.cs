using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The output files of jobs, as the platform lists them.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobFile")]
[OutputType(typeof(JobFileItem))]
public sealed class GetRescaleJobFileCommand : RescaleCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    protected override async Task ProcessRecordAsync()
    {
        NameFilter filter = new(Name);
        foreach (string id in JobId)
        {
            try
            {
                await foreach (PlatformFile file in Session.Client.Jobs.ListFilesAsync(id, StopToken))
                {
                    if (!filter.Matches(file.Name) && !filter.Matches(file.RelativePath))
                        continue;
                    await WriteAsync(new JobFileItem(file, id));
                }
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }
}
