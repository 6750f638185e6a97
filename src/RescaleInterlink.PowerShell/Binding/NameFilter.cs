using System.Management.Automation;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Names against PowerShell wildcards, without regard to case, as everywhere in the shell.</summary>
internal sealed class NameFilter(IEnumerable<string> patterns)
{
    private readonly WildcardPattern[] _patterns =
        [.. patterns.Select(pattern => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase))];

    public bool Matches(string? name) => Array.Exists(_patterns, pattern => pattern.IsMatch(name ?? string.Empty));
}
