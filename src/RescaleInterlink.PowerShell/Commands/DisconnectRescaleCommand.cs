using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Closes a connection and forgets its key. Doing it twice is not an error.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Rescale")]
public sealed class DisconnectRescaleCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ConnectionItem? Connection { get; set; }

    protected override void ProcessRecord()
    {
        RunspaceState state = RunspaceState.Current;
        ConnectionItem? closing = Connection ?? state.Connection;
        closing?.Close();
        if (ReferenceEquals(closing, state.Connection))
            state.Connection = null;
    }
}
