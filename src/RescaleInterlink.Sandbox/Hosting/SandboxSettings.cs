namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>What the sandbox is started with: one line of JSON on its standard input, so that the key is in no process list.</summary>
public sealed record SandboxSettings
{
    /// <summary>Data folder.</summary>
    public required string Path { get; init; }

    /// <summary>The user's state folder, where a running sandbox is announced.</summary>
    public required string StateHome { get; init; }

    /// <summary>API port; 0 or null for the remembered one, else a free one.</summary>
    public int? Port { get; init; }

    /// <summary>S3 port; 0 or null for the remembered one, else a free one.</summary>
    public int? S3Port { get; init; }

    /// <summary>Port of the Azure account; 0 or null for the remembered one, else a free one.</summary>
    public int? AzurePort { get; init; }

    /// <summary>Where the user's files go: <c>S3</c> or <c>Azure</c>; null for the remembered one, else S3.</summary>
    public string? StorageType { get; init; }

    /// <summary>Where jobs' outputs go; null for the remembered one, else where the files go.</summary>
    public string? OutputStorage { get; init; }

    /// <summary>Path of <c>azurite-blob</c>; null for the one on the PATH.</summary>
    public string? AzuritePath { get; init; }
    public bool Https { get; init; }

    /// <summary>Null for the remembered one, else a new one.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Jobs that run at once; null for the number of cores.</summary>
    public int? MaxRunningJobs { get; init; }

    /// <summary>Switches the platform's rate limits on; rates are multiplied by this, bursts stay.</summary>
    public double? RateLimitScale { get; init; }

    /// <summary>Automations are listed in pages instead of a bare array; the platform does either.</summary>
    public bool PagedAutomations { get; init; }

    /// <summary>Accept fault plans.</summary>
    public bool AllowFaults { get; init; }

    /// <summary>How many seconds one hour of a job's walltime lasts; null for 3600. Tests shorten it.</summary>
    public double? WalltimeSecondsPerHour { get; init; }

    public override string ToString() => $"Settings of the sandbox in {Path}";
}
