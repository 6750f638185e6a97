using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The connection this runspace uses when none is given; nothing when there is none.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleConnection")]
[OutputType(typeof(ConnectionItem))]
public sealed class GetRescaleConnectionCommand : PSCmdlet
{
    protected override void ProcessRecord()
    {
        if (RunspaceState.Current.Connection is { } connection)
            WriteObject(ShellObject.Wrap(connection));
    }
}
