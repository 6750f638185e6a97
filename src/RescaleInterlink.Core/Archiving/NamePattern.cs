using System.Text;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Archiving;

/// <summary>
/// A pattern of one name, as Go's <c>filepath.Match</c> reads it, which templates and tables of both tools share (interop files 5):
/// <c>*</c> any characters, <c>?</c> one, <c>[a-z]</c> and <c>[^a-z]</c> one of a set, <c>\</c> takes the next as it is (not on
/// Windows, where it separates). Case counts on every system, and a dot is a character like any other.
/// </summary>
public sealed class NamePattern
{
    private const string Special = "*?[";
    private readonly List<Token> _tokens = [];

    /// <exception cref="RescaleException">JobTableInvalid: the text is no pattern.</exception>
    public NamePattern(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        Text = text;
        var runes = text.EnumerateRunes().ToArray();
        for (var i = 0; i < runes.Length;)
        {
            switch (runes[i].Value)
            {
                case '*':
                    if (_tokens.Count == 0 || _tokens[^1].Kind != TokenKind.Any)
                        _tokens.Add(new Token(TokenKind.Any));
                    i++;
                    break;
                case '?':
                    _tokens.Add(new Token(TokenKind.One));
                    i++;
                    break;
                case '[':
                    _tokens.Add(ReadSet(runes, ref i));
                    break;
                default:
                    var literal = ReadRune(runes, ref i);
                    _tokens.Add(new Token(TokenKind.Set) { Ranges = [(literal, literal)] });
                    break;
            }
        }
    }

    public string Text { get; }

    /// <summary>Whether the text is more than a name.</summary>
    public static bool IsPattern(string text)
        => text.AsSpan().ContainsAny(Special) || (!OperatingSystem.IsWindows() && text.Contains('\\', StringComparison.Ordinal));

    public bool Matches(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var runes = name.EnumerateRunes().ToArray();
        var (token, at, star, starAt) = (0, 0, -1, 0);
        while (at < runes.Length)
        {
            if (token < _tokens.Count && _tokens[token].Kind == TokenKind.Any)
            {
                (star, starAt) = (token++, at);
            }
            else if (token < _tokens.Count && _tokens[token].Takes(runes[at]))
            {
                token++;
                at++;
            }
            else if (star >= 0)
            {
                // The last star takes one more; those before it need never be looked at again.
                (token, at) = (star + 1, ++starAt);
            }
            else
            {
                return false;
            }
        }

        while (token < _tokens.Count && _tokens[token].Kind == TokenKind.Any)
            token++;
        return token == _tokens.Count;
    }

    public override string ToString() => Text;

    private Token ReadSet(Rune[] runes, ref int i)
    {
        i++;
        var negated = i < runes.Length && runes[i].Value == '^';
        if (negated)
            i++;
        var ranges = new List<(Rune, Rune)>();
        while (true)
        {
            if (i >= runes.Length)
                throw Invalid("its '[' is not closed");
            if (runes[i].Value == ']' && ranges.Count > 0)
                break;
            if (runes[i].Value is '-' or ']')
                throw Invalid($"'{runes[i]}' cannot begin a range");
            var low = ReadRune(runes, ref i);
            var high = low;
            if (i < runes.Length && runes[i].Value == '-')
            {
                i++;
                if (i >= runes.Length || runes[i].Value is '-' or ']')
                    throw Invalid("a range has no end");
                high = ReadRune(runes, ref i);
            }

            ranges.Add((low, high));
        }

        i++;
        return new Token(TokenKind.Set) { Negated = negated, Ranges = [.. ranges] };
    }

    private Rune ReadRune(Rune[] runes, ref int i)
    {
        if (runes[i].Value != '\\' || OperatingSystem.IsWindows())
            return runes[i++];
        if (++i >= runes.Length)
            throw Invalid("nothing follows its '\\'");
        return runes[i++];
    }

    private RescaleException Invalid(string why) => new(
        ErrorIds.JobTableInvalid, ErrorKind.InvalidInput, $"'{Text}' is no pattern: {why}.", "Write '[[]' for a bracket that is part of a name.");

    private enum TokenKind
    {
        /// <summary>Any number of characters.</summary>
        Any,
        One,
        Set,
    }

    private readonly record struct Token(TokenKind Kind)
    {
        public bool Negated { get; init; }
        public (Rune Low, Rune High)[] Ranges { get; init; } = [];

        public bool Takes(Rune rune) => Kind == TokenKind.One || (Kind == TokenKind.Set && Negated != Array.Exists(Ranges, range => range.Low <= rune && rune <= range.High));
    }
}
