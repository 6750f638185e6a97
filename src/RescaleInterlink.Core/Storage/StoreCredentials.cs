namespace RescaleInterlink.Storage;

/// <summary>Temporary keys. <see cref="ToString"/> never shows them.</summary>
public sealed record StoreCredentials(string AccessKey, string SecretKey, string SessionToken, DateTimeOffset ExpiresAt)
{
    public override string ToString() => "StoreCredentials";
}

/// <summary>Fetches credentials; <paramref name="forceRefresh"/> after the store refused the last ones.</summary>
public delegate Task<StoreCredentials> CredentialSource(bool forceRefresh, CancellationToken cancellationToken);
