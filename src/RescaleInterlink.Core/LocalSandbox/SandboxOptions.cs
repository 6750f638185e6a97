namespace RescaleInterlink.LocalSandbox;

public sealed record SandboxOptions
{
    /// <summary>Data folder; null for <c>sandbox</c> beneath the state folder.</summary>
    public string? Path { get; init; }

    /// <summary>Folder for the file that tells where the sandbox runs; null for <see cref="Configuration.StateFolder.Path"/>.</summary>
    public string? StateHome { get; init; }

    /// <summary>API port; null for the remembered or a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Port of the object storage; null for the remembered or a free one.</summary>
    public int? S3Port { get; init; }

    /// <summary>Where the user's files go; null for the remembered one, else S3.</summary>
    public SandboxStorage? StorageType { get; init; }

    /// <summary>Where the outputs of jobs go; null for the remembered one, else where the files go (tests of downloads across storages).</summary>
    public SandboxStorage? OutputStorage { get; init; }

    /// <summary>Path of <c>azurite-blob</c>; null for the one on the PATH.</summary>
    public string? AzuritePath { get; init; }

    public bool Https { get; init; }

    /// <summary>Null for the number of cores.</summary>
    public int? MaxRunningJobs { get; init; }

    /// <summary>Switches the platform's rate limits on; rates are multiplied by this, bursts stay.</summary>
    public double? RateLimitScale { get; init; }

    /// <summary>Automations are listed in pages instead of a bare array (tests).</summary>
    public bool PagedAutomations { get; init; }

    /// <summary>Accept fault plans (tests).</summary>
    public bool AllowFaults { get; init; }
}
