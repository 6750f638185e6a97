using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Connects this runspace to a platform; one call proves that the address and the key are good.</summary>
[Cmdlet(VerbsCommunications.Connect, "Rescale", DefaultParameterSetName = PlatformSet)]
[OutputType(typeof(ConnectionItem))]
public sealed class ConnectRescaleCommand : ConnectionParameters
{
    private const string ConnectionSet = "Connection";

    private RunspaceState _state = null!;

    /// <summary>An open one, perhaps of another runspace, that becomes the default of this one.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConnectionSet)]
    [ConnectionTransformation]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [ValidateNotNull]
    public ConnectionItem Connection { get; set; } = null!;

    [Parameter(ParameterSetName = PlatformSet)]
    [Parameter(ParameterSetName = SandboxSet)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [Parameter(ParameterSetName = SandboxSet)]
    public SwitchParameter NoDefault { get; set; }

    protected override void Prepare() => _state = RunspaceState.Current;

    protected override async Task ProcessRecordAsync()
    {
        if (ParameterSetName == ConnectionSet)
        {
            _ = Connection.Session; // An error when it was closed.
            _state.Add(Connection, own: false, asDefault: true);
            await WriteAsync(Connection);
            return;
        }

        ConnectionChoice choice = await ChooseAsync();
        RescaleSession session = await RescaleSession.ConnectAsync(choice.Options, StopToken);
        ConnectionItem? before = Name is null ? null : _state.Find(Name);
        var connection = new ConnectionItem(session, Name ?? _state.NextName(), choice);
        // The default one before may still be used with -Connection, so it is not closed here. A name is of one connection.
        _state.Add(connection, own: true, asDefault: !NoDefault || ReferenceEquals(before, _state.Connection) && before is not null);
        if (before is not null)
            _state.Release(before);
        await WriteAsync(connection);
    }
}
