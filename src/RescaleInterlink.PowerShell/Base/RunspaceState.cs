using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>What one runspace remembers. Runspaces share nothing, so parallel ones cannot disturb each other.</summary>
internal sealed class RunspaceState
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceState> States = [];

    /// <summary>Of the runspace that this thread runs; pipeline thread only.</summary>
    public static RunspaceState Current => States.GetOrCreateValue(Runspace.DefaultRunspace);

    /// <summary>What <c>Connect-Rescale</c> made last.</summary>
    public ConnectionItem? Connection { get; set; }

    /// <summary>Ids and names seen lately, for completion without asking the platform.</summary>
    public RecentNames Jobs { get; } = new();

    public RecentNames Files { get; } = new();

    public static void Forget()
    {
        if (Runspace.DefaultRunspace is { } runspace && States.TryGetValue(runspace, out RunspaceState? state))
        {
            state.Connection?.Close();
            States.Remove(runspace);
        }
    }
}

/// <summary>Forgets the runspace's connection, and with it the key, when the module is removed from it.</summary>
public sealed class ModuleRemoval : IModuleAssemblyCleanup
{
    public void OnRemove(PSModuleInfo psModuleInfo) => RunspaceState.Forget();
}
