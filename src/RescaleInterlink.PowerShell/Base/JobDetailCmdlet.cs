using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Shows something of jobs, one after the other. A job that it cannot be shown of is one error record, and the others go on.</summary>
public abstract class JobDetailCmdlet : RescaleCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    protected sealed override async Task ProcessRecordAsync()
    {
        foreach (string id in JobId)
        {
            try
            {
                await ShowAsync(id);
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    /// <summary>Writes what there is of a job.</summary>
    private protected abstract Task ShowAsync(string jobId);
}
