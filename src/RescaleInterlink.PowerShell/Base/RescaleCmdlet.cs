using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that talks to the platform: with the given connection, else with the runspace's own.</summary>
public abstract class RescaleCmdlet : AsyncCmdlet
{
    [Parameter]
    [ConnectionTransformation]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [ValidateNotNull]
    public ConnectionItem? Connection { get; set; }

    protected RescaleSession Session { get; private set; } = null!;

    /// <summary>False when <see cref="Session"/> may be missing, which <see cref="IsConnected"/> tells.</summary>
    private protected virtual bool NeedsConnection => true;

    private protected bool IsConnected { get; private set; }

    internal RunspaceState State { get; private set; } = null!;

    /// <summary>Tells that an earlier run is continued.</summary>
    private protected Action<long, long?> ContinuedNotice(string path)
        => (done, total) => PostVerbose($"'{path}' continues at {HumanSize.OfWhole(done, total)}.");

    protected override void Prepare()
    {
        State = RunspaceState.Current;
        ConnectionItem? connection = Connection ?? State.Connection;
        // One that was closed elsewhere is as good as none.
        if (!NeedsConnection && connection is not { IsOpen: true })
            return;
        connection = connection ?? throw new RescaleException(
            ErrorIds.NotConnected, ErrorKind.State,
            "There is no connection to Rescale in this PowerShell session.",
            "Run Connect-Rescale first, or give a connection with -Connection (in ForEach-Object -Parallel: -Connection $using:connection).");
        Session = connection.Session;
        IsConnected = true;
    }
}
