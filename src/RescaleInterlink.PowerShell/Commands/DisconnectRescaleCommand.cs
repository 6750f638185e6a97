using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Closes a connection and forgets its key. Doing it twice is not an error.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Rescale", DefaultParameterSetName = ConnectionSet)]
public sealed class DisconnectRescaleCommand : PSCmdlet
{
    private const string ConnectionSet = "Connection";
    private const string AllSet = "All";

    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ConnectionSet)]
    [ConnectionTransformation]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [ValidateNotNull]
    public ConnectionItem? Connection { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    protected override void ProcessRecord()
    {
        RunspaceState state = RunspaceState.Current;
        ConnectionItem?[] closing = ParameterSetName == AllSet ? [.. state.Connections] : [Connection ?? state.Connection];
        foreach (ConnectionItem? connection in closing)
        {
            connection?.Close();
            // No other one takes its place: what was meant for this platform must not reach that.
            if (ReferenceEquals(connection, state.Connection))
                state.Connection = null;
        }
    }
}
