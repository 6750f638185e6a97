namespace RescaleInterlink.Configuration;

/// <summary>An API key and where it was found. Printed, it is the latter only.</summary>
public sealed class FoundKey
{
    private readonly string _value;

    /// <param name="source">In words that fit into "the key of ...": <c>-ApiKey</c>, <c>RESCALE_API_KEY</c>, a file.</param>
    public FoundKey(string source, string value) => (Source, _value) = (source, value.Trim());

    public string Source { get; }

    /// <summary>What the user should know about that place, or null.</summary>
    public string? Warning { get; init; }

    public string Reveal() => _value;

    internal bool IsSameAs(FoundKey other) => string.Equals(_value, other._value, StringComparison.Ordinal);

    public override string ToString() => Source;
}
