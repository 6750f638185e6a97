namespace RescaleInterlink.Sandbox.S3;

/// <summary>The query of a request, decoded, in the order it came. Names are case-sensitive.</summary>
public sealed class S3Query
{
    // Subresources that select another operation than the plain one and that this endpoint does not have.
    private static readonly HashSet<string> Subresources = new(StringComparer.Ordinal)
    {
        "accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle",
        "logging", "metadataTable", "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus",
        "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent", "versions", "website",
    };

    private readonly List<KeyValuePair<string, string>> _pairs;

    private S3Query(List<KeyValuePair<string, string>> pairs) => _pairs = pairs;

    /// <summary>Names and values.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs => _pairs;

    /// <summary>The first value of a name; null when the name is missing.</summary>
    public string? this[string name] => _pairs.Find(pair => pair.Key == name) is { Key: not null } found ? found.Value : null;

    /// <summary>Whether a name is there, with a value or without.</summary>
    public bool Has(string name) => this[name] is not null;

    /// <summary>Whether the query selects a subresource that this endpoint does not have.</summary>
    public bool HasSubresource() => _pairs.Exists(pair => Subresources.Contains(pair.Key));

    /// <summary>Reads a query without its question mark; a name without "=" has the value "". A plus sign is a space.</summary>
    public static S3Query Parse(string query)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            pairs.Add(KeyValuePair.Create(
                Decode(equals < 0 ? pair : pair[..equals]),
                equals < 0 ? "" : Decode(pair[(equals + 1)..])));
        }

        return new S3Query(pairs);
    }

    /// <summary>The canonical query of Signature Version 4: encoded, sorted by name and value; without <paramref name="left"/>.</summary>
    public string Canonical(string? left = null) => string.Join('&', _pairs
        .Where(pair => pair.Key != left)
        .Select(pair => (Name: UriEncoding.Encode(pair.Key), Value: UriEncoding.Encode(pair.Value)))
        .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => $"{pair.Name}={pair.Value}"));

    private static string Decode(string text) => UriEncoding.Decode(text.Replace('+', ' '));
}
