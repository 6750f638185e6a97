using System.Collections;
using System.Management.Automation;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Completion from the catalogue of the connection that the command will use: the one given with -Connection, else the
/// runspace's own. Without a connection there is nothing to offer.</summary>
public abstract class CatalogueCompleter : LocalCompleter
{
    private protected sealed override IEnumerable<Candidate> Candidates(string parameterName, IDictionary boundParameters)
    {
        ConnectionItem? connection = NamedConnection.Of(boundParameters);
        return connection is null ? [] : Candidates(parameterName, boundParameters, CatalogueCache.Of(connection.Session));
    }

    private protected abstract IEnumerable<Candidate> Candidates(string parameterName, IDictionary boundParameters, CatalogueCache catalogue);

    /// <summary>The text of a parameter that the command line gives already, or null.</summary>
    private protected static string? Given(IDictionary boundParameters, params string[] names)
        => names.Select(name => boundParameters[name]?.ToString()).FirstOrDefault(text => !string.IsNullOrEmpty(text));
}

/// <summary>Active core types; those that the chosen version of the software allows, as far as that is known.</summary>
public sealed class CoreTypeCompleter : CatalogueCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName, IDictionary boundParameters, CatalogueCache catalogue)
    {
        IReadOnlyList<string> allowed = Allowed(Given(boundParameters, "AnalysisCode"), Given(boundParameters, "AnalysisVersion"), catalogue);
        return catalogue.CoreTypes.Get()
            .Where(type => allowed.Count == 0 || allowed.Contains(type.Code, StringComparer.Ordinal))
            .Select(type => new Candidate(type.Code, type.Name ?? type.Code, $"{type.Name} ({type.Code}): {string.Join(", ", type.Cores)} cores"));
    }

    private static IReadOnlyList<string> Allowed(string? code, string? version, CatalogueCache catalogue)
        => catalogue.Software.Known.FirstOrDefault(analysis => analysis.Code == code)
            ?.Versions.FirstOrDefault(known => version is not null && (known.VersionCode == version || known.Version == version))
            ?.AllowedCoreTypes ?? [];
}

/// <summary>Codes of software; a name completes to the code.</summary>
public sealed class SoftwareCompleter : CatalogueCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName, IDictionary boundParameters, CatalogueCache catalogue)
        => catalogue.Software.Get().Select(analysis => new Candidate(analysis.Code, analysis.Name ?? analysis.Code, $"{analysis.Name} ({analysis.Code}), {analysis.VendorName}"));
}

/// <summary>Versions of the software that the command line names; without one there are none to offer.</summary>
public sealed class SoftwareVersionCompleter : CatalogueCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName, IDictionary boundParameters, CatalogueCache catalogue)
    {
        string? code = Given(boundParameters, "AnalysisCode", "Code");
        return code is null
            ? []
            : catalogue.Software.Get()
                .Where(analysis => analysis.Code.Equals(code, StringComparison.OrdinalIgnoreCase))
                .SelectMany(analysis => analysis.Versions)
                .Select(version => new Candidate(Text(version), version.Version ?? Text(version), $"{code} {version.Version} ({version.VersionCode})"));
    }

    private static string Text(AnalysisVersion version) => string.IsNullOrEmpty(version.VersionCode) ? version.Version ?? "" : version.VersionCode;
}

/// <summary>Automations of the workspace; a name completes to the id.</summary>
public sealed class AutomationCompleter : CatalogueCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName, IDictionary boundParameters, CatalogueCache catalogue)
        => catalogue.Automations.Get().Select(automation => parameterName == "Name"
            ? new Candidate(automation.Name ?? "", automation.Name ?? "", automation.Id)
            : new Candidate(automation.Id, automation.Name ?? automation.Id, $"{automation.Name} ({automation.Id}), {automation.ExecuteOn}"));
}

/// <summary>The custom fields that the workspace gives its jobs.</summary>
public sealed class CustomFieldCompleter : CatalogueCompleter
{
    private protected override IEnumerable<Candidate> Candidates(string parameterName, IDictionary boundParameters, CatalogueCache catalogue)
        => catalogue.CustomFields.Get().Select(field => field.Name).Distinct(StringComparer.OrdinalIgnoreCase).Select(name => new Candidate(name, name, name));
}
