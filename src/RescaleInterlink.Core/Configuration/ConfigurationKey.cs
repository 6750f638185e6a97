using System.Buffers;
using System.Globalization;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Configuration;

/// <summary>One setting: its name, its default, and which texts it takes. A text is what stands in the file.</summary>
public sealed class ConfigurationKey
{
    private static readonly SearchValues<char> NotInWords = SearchValues.Create(" \t\n/@\\\"");

    private readonly Func<string, string?> _canonical;
    private readonly Func<string, object?> _value;
    private readonly string _wanted;

    /// <param name="canonical">The text as it is written, or null for one that does not do.</param>
    /// <param name="value">Of a canonical text.</param>
    /// <param name="wanted">Which texts do, for a message.</param>
    private ConfigurationKey(string name, string @default, string description, Func<string, string?> canonical, Func<string, object?> value, string wanted)
        => (Name, Default, Description, _canonical, _value, _wanted) = (name, @default, description, canonical, value, wanted);

    public string Name { get; }

    /// <summary>The text that stands for it where none is given; empty for none.</summary>
    public string Default { get; }

    /// <summary><see cref="Default"/> as a number, a bool or a text; null for none.</summary>
    public object? DefaultValue => ValueOf(Default);

    public string Description { get; }

    /// <summary>Only we know it, so that it lies in a file of our own.</summary>
    public bool IsOwn { get; private init; }

    /// <summary>Texts to choose from, for completion; empty when anything goes.</summary>
    public IReadOnlyList<string> Choices { get; private init; } = [];

    /// <summary>The text as it is written to the file.</summary>
    /// <exception cref="RescaleException">ConfigurationValueInvalid.</exception>
    public string Check(string? text)
    {
        var trimmed = Normalize(text ?? "");
        if (trimmed.Length == 0)
            return Default;
        return trimmed.AsSpan().ContainsAnyInRange('\0', '\b') ? throw ConfigurationErrors.BadValue(this, "text without control characters")
            : _canonical(trimmed) ?? throw ConfigurationErrors.BadValue(this, _wanted);
    }

    /// <summary>As the Go tool reads it: a value that does not do is as good as none.</summary>
    /// <returns>Null for one that does not do.</returns>
    internal string? Read(string text) => Normalize(text) is { Length: > 0 } trimmed ? _canonical(trimmed) : Default;

    /// <summary>Of a text that <see cref="Check"/> or <see cref="Read"/> returned: a number, a bool, or the text itself.</summary>
    internal object? ValueOf(string canonical) => canonical.Length == 0 ? null : _value(canonical);

    internal string Wanted => _wanted;

    public override string ToString() => Name;

    /// <summary>What reading a written value gives: CSV turns CR LF into LF, and the reader trims.</summary>
    internal static string Normalize(string text)
        => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Trim();

    internal static ConfigurationKey Text(string name, string description, string @default = "")
        => new(name, @default, description, static text => text, static text => text, "text");

    /// <summary>One line without white space: a host, a user.</summary>
    internal static ConfigurationKey Word(string name, string description, string wanted)
        => new(name, "", description, static text => text.AsSpan().ContainsAny(NotInWords) ? null : text, static text => text, wanted);

    /// <param name="least">Smallest, <paramref name="most"/> largest value.</param>
    internal static ConfigurationKey Number(string name, string description, long? @default, long least, long most, bool own = false)
        => new(
            name, @default?.ToString(CultureInfo.InvariantCulture) ?? "", description,
            text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number.ToString(CultureInfo.InvariantCulture)
                : null,
            static text => long.Parse(text, CultureInfo.InvariantCulture),
            FormattableString.Invariant($"a whole number from {least} to {most}"))
        {
            IsOwn = own,
        };

    /// <summary>True is <c>true</c> in any case or <c>1</c>; everything else is false (interop files 3).</summary>
    internal static ConfigurationKey Flag(string name, string description, bool @default)
        => new(
            name, @default ? "true" : "false", description,
            static text => text == "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase) ? "true" : "false",
            static text => text == "true",
            "true or false")
        {
            Choices = ["true", "false"],
        };

    /// <param name="choices">The texts; the first is the default.</param>
    /// <param name="aliases">Other words, and what they stand for.</param>
    internal static ConfigurationKey Choice(string name, string description, string[] choices, params (string Alias, string Choice)[] aliases)
        => new(
            name, choices[0], description,
            text => choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase))
                ?? aliases.FirstOrDefault(alias => alias.Alias.Equals(text, StringComparison.OrdinalIgnoreCase)).Choice,
            static text => text,
            $"one of {string.Join(", ", choices)}")
        {
            Choices = choices,
        };

    internal static ConfigurationKey Platform(string name, string description)
        => new(name, PlatformAddress.KnownPlatforms[0], description, PlatformOrNull, static text => text, "the address of a Rescale platform, or of a sandbox on this machine")
        {
            Choices = PlatformAddress.KnownPlatforms,
        };

    internal static ConfigurationKey Endpoint(string name, string description)
        => new(
            name, "", description,
            static text => Uri.TryCreate(text, UriKind.Absolute, out var address) && PlatformAddress.IsStorageAllowed(address) ? text : null,
            static text => text,
            "an https address, or an http address of this machine, without a user name")
        {
            IsOwn = true,
        };

    private static string? PlatformOrNull(string text)
    {
        try
        {
            return PlatformAddress.Parse(text).GetLeftPart(UriPartial.Authority);
        }
        catch (RescaleException)
        {
            return null;
        }
    }
}
