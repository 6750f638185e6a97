using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>What one runspace remembers. Runspaces share nothing, so parallel ones cannot disturb each other.</summary>
internal sealed class RunspaceState
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceState> States = [];

    private readonly List<ConnectionItem> _connections = [];
    private readonly HashSet<ConnectionItem> _own = [];
    private int _named;

    /// <summary>Of the runspace that this thread runs; pipeline thread only.</summary>
    public static RunspaceState Current => States.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>The one that is used where none is given.</summary>
    public ConnectionItem? Connection { get; set; }

    /// <summary>The open ones, the latest last.</summary>
    public IReadOnlyList<ConnectionItem> Connections
    {
        get
        {
            _connections.RemoveAll(static connection => !connection.IsOpen);
            _own.RemoveWhere(static connection => !connection.IsOpen);
            return _connections;
        }
    }

    /// <summary>Ids and names seen lately, for completion without asking the platform.</summary>
    public RecentNames Jobs { get; } = new();

    public RecentNames Files { get; } = new();

    /// <summary>The latest errors of the module's own commands, for a report.</summary>
    public RecentErrors Errors { get; } = new();

    /// <summary>Whether the thread's runspace uses it where none is given.</summary>
    public static bool IsDefault(ConnectionItem connection)
        => Runspace.DefaultRunspace is { } runspace && States.TryGetValue(runspace, out RunspaceState? state) && ReferenceEquals(state.Connection, connection);

    public ConnectionItem? Find(string name) => Connections.LastOrDefault(connection => connection.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public string NextName()
    {
        string name;
        do
            name = $"Rescale{++_named}";
        while (Find(name) is not null);
        return name;
    }

    /// <param name="own">Made here, so that it ends with the module in this runspace.</param>
    public void Add(ConnectionItem connection, bool own, bool asDefault)
    {
        if (!_connections.Contains(connection))
            _connections.Add(connection);
        if (own)
            _own.Add(connection);
        if (asDefault)
            Connection = connection;
    }

    /// <summary>Takes one off the list; it is closed if it was made here, as no other runspace may be at work with it.</summary>
    public void Release(ConnectionItem connection)
    {
        _connections.Remove(connection);
        if (_own.Remove(connection))
            connection.Close();
    }

    public static void Forget()
    {
        if (Runspace.DefaultRunspace is { } runspace && States.TryGetValue(runspace, out RunspaceState? state))
        {
            foreach (ConnectionItem connection in state._own)
                connection.Close();
            States.Remove(runspace);
        }
    }
}

/// <summary>Forgets the runspace's connections, and with them the keys, when the module is removed from it.</summary>
public sealed class ModuleRemoval : IModuleAssemblyCleanup
{
    public void OnRemove(PSModuleInfo psModuleInfo) => RunspaceState.Forget();
}
