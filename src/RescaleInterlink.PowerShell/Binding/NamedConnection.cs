using System.Collections;
using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>The connection that a command line is going to use, for completion.</summary>
internal static class NamedConnection
{
    /// <returns>The one given with -Connection, itself or its name; the runspace's own when none is given. Null when that one is not there: another
    /// connection's things would be wrong.</returns>
    public static ConnectionItem? Of(IDictionary bound)
    {
        if (!bound.Contains("Connection"))
            return RunspaceState.Current.Connection;
        object? given = bound["Connection"];
        return (given is PSObject wrapped ? wrapped.BaseObject : given) switch
        {
            ConnectionItem connection => connection,
            string name => RunspaceState.Current.Find(name),
            _ => null,
        };
    }
}
