using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Changes the tags of jobs.</summary>
public abstract class JobTagCmdlet : TagCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is asked, as in "Add tag 'x' to".</summary>
    private protected abstract string Question(string tag);

    private protected abstract Task ChangeAsync(string jobId, string tag);

    protected override async Task ProcessRecordAsync()
    {
        foreach (string id in JobId)
        {
            try
            {
                await ChangeAsync(id);
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, id);
            }
        }
    }

    /// <summary>The tags that are meant by those that were given.</summary>
    private protected abstract IEnumerable<string> Meant(IEnumerable<string> given);

    private async Task ChangeAsync(string jobId)
    {
        bool changed = await ChangeTagsAsync(jobId, $"job {jobId}", Meant(Tag), Question, tag => ChangeAsync(jobId, tag));
        if (!changed || !PassThru)
            return;
        foreach (Platform.Tag tag in await Session.Client.Jobs.GetTagsAsync(jobId, StopToken))
            await WriteAsync(new JobTagItem(jobId, tag));
    }
}
