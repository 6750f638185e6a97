namespace RescaleInterlink.Storage;

/// <summary>Temporary credentials. <see cref="ToString"/> never shows them.</summary>
public abstract record StoreCredentials(DateTimeOffset ExpiresAt)
{
    public sealed override string ToString() => GetType().Name;
}

/// <summary>Keys that sign requests to S3.</summary>
public sealed record S3Credentials(string AccessKey, string SecretKey, string SessionToken, DateTimeOffset ExpiresAt) : StoreCredentials(ExpiresAt);

/// <summary>A shared access signature, which goes into the address of each request to Azure.</summary>
/// <param name="Token">Without a leading question mark.</param>
/// <param name="CoversContainer">Good for every blob of the container, not only for the one it was asked for.</param>
public sealed record SasCredentials(string Token, bool CoversContainer, DateTimeOffset ExpiresAt) : StoreCredentials(ExpiresAt);

/// <summary>Fetches credentials; <paramref name="forceRefresh"/> after the store refused the last ones.</summary>
public delegate Task<TCredentials> CredentialSource<TCredentials>(bool forceRefresh, CancellationToken cancellationToken)
    where TCredentials : StoreCredentials;

/// <summary>The same, for one blob.</summary>
public delegate Task<SasCredentials> BlobCredentialSource(string key, bool forceRefresh, CancellationToken cancellationToken);
