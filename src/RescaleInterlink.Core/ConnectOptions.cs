using RescaleInterlink.Configuration;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;

namespace RescaleInterlink;

/// <param name="ApiUrl">A known platform, or a loopback address.</param>
public sealed record ConnectOptions(string ApiUrl, ApiKey ApiKey)
{
    /// <summary>PEM of one more certificate to trust, for a loopback platform only.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>Where the S3 storage is spoken to, when it is not the cloud's own address: https, or http on this machine.
    /// Path style is used. Null leaves it to the platform.</summary>
    public Uri? StorageEndpoint { get; init; }

    /// <summary>The proxy for API and storage alike; null for none, whatever the environment says.</summary>
    public ProxySettings? Proxy { get; init; }

    /// <summary>How much a command does at once when it is not told.</summary>
    public WorkDefaults Defaults { get; init; } = new();

    /// <summary>Full path of the folder for what must be remembered, instead of the user's own (<see cref="Configuration.StateFolder"/>).</summary>
    public string? StateFolder { get; init; }

    /// <summary>Time-outs and retries of API calls.</summary>
    public ApiPolicy Policy { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
