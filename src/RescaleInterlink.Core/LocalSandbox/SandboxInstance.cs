namespace RescaleInterlink.LocalSandbox;

/// <summary>A sandbox that runs, or ran a moment ago.</summary>
/// <param name="ApiKey">A secret, though one that opens nothing but this sandbox.</param>
/// <param name="Path">Data folder.</param>
/// <param name="CertificatePath">PEM of its own certificate when it speaks https.</param>
public sealed record SandboxInstance(Uri ApiUrl, Uri S3Endpoint, string ApiKey, string Path, int ProcessId, string? CertificatePath)
{
    /// <summary>Where the user's files go.</summary>
    public SandboxStorage StorageType { get; init; }

    /// <summary>Address of its Azure account, with the account's name; null without one.</summary>
    public Uri? AzureEndpoint { get; init; }

    /// <summary>When its process began, or null when unknown; tells it from a later process with the same number.</summary>
    internal DateTimeOffset? ProcessStartTime { get; init; }

    /// <summary>The file that tells where it runs.</summary>
    internal string? StatePath { get; init; }

    public override string ToString() => $"Sandbox {ApiUrl} (process {ProcessId})";
}
