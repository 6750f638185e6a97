using System.Management.Automation;
using System.Management.Automation.Host;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Asks the user, where there is one.</summary>
internal static class Prompting
{
    private const string Console = "ConsoleHost";
    private const string NonInteractive = "NonInteractive";

    /// <summary>PowerShell takes a parameter by its first letters, this one from "noni" on.</summary>
    private const int FewestLetters = 4;

    /// <summary>Hosts that have a user before them. Any other may hand a question on to nobody and wait for ever, as a background job does.</summary>
    private static readonly string[] Interactive = [Console, "Visual Studio Code Host", ".NET Interactive Host"];

    /// <summary>Pipeline thread only.</summary>
    /// <returns>Null when there is nobody to ask.</returns>
    public static T? Ask<T>(PSHost host, Func<PSHostUserInterface, T?> question)
        where T : class
    {
        if (!IsSomebodyThere(host.Name, Environment.UserInteractive, Environment.GetCommandLineArgs(), System.Console.IsInputRedirected))
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

    /// <param name="arguments">Of this process.</param>
    /// <param name="isRedirected">A script that reads its own input must not lose a line of it.</param>
    private static bool IsSomebodyThere(string host, bool isInteractive, IEnumerable<string> arguments, bool isRedirected)
        => isInteractive && Interactive.Contains(host, StringComparer.Ordinal)
            // An editor starts its PowerShell with -NonInteractive, and asks by itself.
            && (host != Console || !(isRedirected || arguments.Any(IsNonInteractive)));

    private static bool IsNonInteractive(string argument)
        => argument.Length > 0 && argument[0] is '-' or '/' && argument.TrimStart('-', '/') is { Length: >= FewestLetters } name
            && NonInteractive.StartsWith(name, StringComparison.OrdinalIgnoreCase);
}
