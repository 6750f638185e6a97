using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using RescaleInterlink.Configuration;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>The settings.</summary>
public sealed class ConfigurationNameCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName)
        => ConfigurationKeys.All.Select(key => new Candidate(key.Name, key.Name, key.Description));
}

/// <summary>The values of the setting that <c>-Name</c> says, where there are some to choose from.</summary>
public sealed class ConfigurationValueCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
        => ConfigurationKeys.All.FirstOrDefault(key => key.Name.Equals($"{fakeBoundParameters["Name"]}", StringComparison.OrdinalIgnoreCase))?.Choices
            .Where(choice => choice.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            .Select(static choice => new CompletionResult(choice)) ?? [];
}

/// <summary>The profiles of the profile file.</summary>
public sealed class ProfileCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName)
    {
        string file = ConfigurationPlaces.Current.ProfileFile;
        return ProfileFile.Names(file).Select(name => new Candidate(name, name, $"{name} in {file}"));
    }
}

/// <summary>The open connections of this runspace.</summary>
public sealed class ConnectionCompleter : LocalCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName)
        => RunspaceState.Current.Connections.Select(connection => new Candidate(connection.Name, connection.Name, $"{connection}"));
}
