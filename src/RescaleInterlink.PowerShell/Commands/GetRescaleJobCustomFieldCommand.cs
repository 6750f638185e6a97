using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The custom fields of jobs.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleJobCustomField")]
[OutputType(typeof(JobCustomFieldItem))]
public sealed class GetRescaleJobCustomFieldCommand : JobDetailCmdlet
{
    private NameFilter _names = null!;

    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(CustomFieldCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    protected override void Prepare()
    {
        base.Prepare();
        _names = new NameFilter(Name);
    }

    private protected override async Task ShowAsync(string jobId)
    {
        foreach ((string name, string? value) in await Session.Client.Jobs.GetCustomFieldsAsync(jobId, StopToken))
        {
            if (_names.Matches(name))
                await WriteAsync(new JobCustomFieldItem(jobId, name, value));
        }
    }
}
