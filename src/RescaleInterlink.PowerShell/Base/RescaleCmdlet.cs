using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that talks to the platform: with the given connection, else with the runspace's own.</summary>
public abstract class RescaleCmdlet : AsyncCmdlet
{
    [Parameter]
    [ValidateNotNull]
    public ConnectionItem? Connection { get; set; }

    protected RescaleSession Session { get; private set; } = null!;

    internal RunspaceState State { get; private set; } = null!;

    protected override void Prepare()
    {
        State = RunspaceState.Current;
        ConnectionItem connection = Connection ?? State.Connection ?? throw new RescaleException(
            ErrorIds.NotConnected, ErrorKind.State,
            "There is no connection to Rescale in this PowerShell session.",
            "Run Connect-Rescale first, or give a connection with -Connection (in ForEach-Object -Parallel: -Connection $using:connection).");
        Session = connection.Session;
    }
}
