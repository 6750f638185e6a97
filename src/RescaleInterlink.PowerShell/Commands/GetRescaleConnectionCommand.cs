using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The open connections of this runspace, the default one first; nothing when there is none.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleConnection", DefaultParameterSetName = NameSet)]
[OutputType(typeof(ConnectionItem))]
public sealed class GetRescaleConnectionCommand : PSCmdlet
{
    private const string NameSet = "Name";
    private const string DefaultSet = "Default";

    [Parameter(Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    [Parameter(Mandatory = true, ParameterSetName = DefaultSet)]
    public SwitchParameter Default { get; set; }

    protected override void ProcessRecord()
    {
        RunspaceState state = RunspaceState.Current;
        NameFilter names = Names();
        IEnumerable<ConnectionItem> found = ParameterSetName == DefaultSet
            ? state.Connections.Where(connection => ReferenceEquals(connection, state.Connection))
            : state.Connections.Where(connection => names.Matches(connection.Name));
        foreach (ConnectionItem connection in found.OrderByDescending(connection => ReferenceEquals(connection, state.Connection)).ToArray())
            WriteObject(ShellObject.Wrap(connection));
    }

    private NameFilter Names()
    {
        try
        {
            return new NameFilter(Name);
        }
        catch (RescaleException e)
        {
            ThrowTerminatingError(ErrorRecords.From(e, null));
            throw;
        }
    }
}
