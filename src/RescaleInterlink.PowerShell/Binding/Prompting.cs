using System.Management.Automation;
using System.Management.Automation.Host;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Asks the user, where there is one.</summary>
internal static class Prompting
{
    /// <summary>Pipeline thread only.</summary>
    /// <returns>Null when there is nobody to ask.</returns>
    public static T? Ask<T>(PSHost host, Func<PSHostUserInterface, T?> question)
        where T : class
    {
        // A script that reads its own input must not lose a line of it.
        if (host.Name == "ConsoleHost" && Console.IsInputRedirected)
            return null;
        try
        {
            return question(host.UI);
        }
        catch (Exception e) when (e is HostException or NotImplementedException or PSInvalidOperationException)
        {
            // A host that cannot ask, or was told not to.
            return null;
        }
    }
}
