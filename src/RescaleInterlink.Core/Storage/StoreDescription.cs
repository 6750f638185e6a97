namespace RescaleInterlink.Storage;

/// <summary>What a store needs to know of its container; it never learns a Rescale id.</summary>
/// <param name="Endpoint">Custom endpoint (path style), or null for the cloud's own.</param>
public sealed record StoreDescription(string Region, string Container, Uri? Endpoint, bool UseFips = false);

/// <summary>Temporary keys. <see cref="ToString"/> never shows them.</summary>
public sealed record StoreCredentials(string AccessKey, string SecretKey, string SessionToken, DateTimeOffset ExpiresAt)
{
    public override string ToString() => "StoreCredentials";
}

/// <summary>Fetches credentials; <paramref name="forceRefresh"/> after the store refused the last ones.</summary>
public delegate Task<StoreCredentials> CredentialSource(bool forceRefresh, CancellationToken cancellationToken);
