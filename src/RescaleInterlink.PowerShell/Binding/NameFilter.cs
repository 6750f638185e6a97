using System.Management.Automation;
using RescaleInterlink.Errors;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Names against PowerShell wildcards, without regard to case, as everywhere in the shell.</summary>
/// <exception cref="RescaleException">PatternInvalid.</exception>
internal sealed class NameFilter(IEnumerable<string> patterns)
{
    private readonly WildcardPattern[] _patterns = [.. patterns.Select(Read)];

    public bool Matches(string? name) => Array.Exists(_patterns, pattern => pattern.IsMatch(name ?? string.Empty));

    private static WildcardPattern Read(string text)
    {
        var pattern = WildcardPattern.Get(text, WildcardOptions.IgnoreCase);
        try
        {
            // A pattern is looked at when it is used first.
            pattern.IsMatch(string.Empty);
            return pattern;
        }
        catch (WildcardPatternException e)
        {
            throw new RescaleException(ErrorIds.PatternInvalid, ErrorKind.InvalidInput, $"'{text}' is no pattern of names: a bracket in it is not closed.", innerException: e);
        }
    }
}
