namespace RescaleInterlink.LocalSandbox;

/// <summary>Starts, finds and stops the embedded sandbox: a separate process, spoken to over its own wire only.</summary>
public static class SandboxLauncher
{
    /// <summary>Starts a sandbox, or returns the one that already runs on that folder. Settings and key go by stdin.</summary>
    /// <param name="programPath">RescaleInterlink.Sandbox.dll.</param>
    /// <exception cref="Errors.RescaleException">SandboxRuntimeMissing (with the install line), SandboxStartFailed.</exception>
    public static Task<SandboxInstance> StartAsync(string programPath, SandboxOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Sandboxes of this user that are alive, read from the state folder.</summary>
    public static IReadOnlyList<SandboxInstance> Find() => throw new NotImplementedException();

    /// <summary>Asks it to stop and waits for its end; ends it by force when it does not within the time.</summary>
    public static Task StopAsync(SandboxInstance instance, CancellationToken cancellationToken) => throw new NotImplementedException();
}

public sealed record SandboxOptions
{
    /// <summary>Data folder; null for a default one beneath the state folder.</summary>
    public string? Path { get; init; }
    /// <summary>API port; null for the remembered or a free one.</summary>
    public int? Port { get; init; }
    public bool Https { get; init; }
    public int? MaxRunningJobs { get; init; }
    /// <summary>Switches the platform's rate limits on; rates are multiplied by this, bursts stay.</summary>
    public double? RateLimitScale { get; init; }
    /// <summary>Accept fault plans (tests).</summary>
    public bool AllowFaults { get; init; }
}

/// <param name="CertificatePath">PEM of its own certificate when it speaks https.</param>
public sealed record SandboxInstance(Uri ApiUrl, Uri S3Endpoint, string ApiKey, string Path, int ProcessId, string? CertificatePath)
{
    public override string ToString() => $"Sandbox {ApiUrl} (process {ProcessId})";
}
