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
