namespace RescaleInterlink.Testing;

/// <summary>What a transfer process is told.</summary>
/// <param name="ApiKey">A secret, though one of a sandbox.</param>
/// <param name="LocalPath">Source or destination; a folder is sent as a compressed archive.</param>
/// <param name="Name">To register an upload under.</param>
/// <param name="FileId">Of the file to receive; null to send.</param>
public sealed record TransferSettings(
    string ApiUrl, string ApiKey, string? CertificatePath, string StateFolder, string LocalPath, string Name, string? FileId)
{
    /// <summary>Plaintext bytes.</summary>
    public int PartSize { get; init; } = 5 << 20;

    /// <summary>Plaintext bytes.</summary>
    public int ChunkSize { get; init; } = 1 << 20;

    public int Connections { get; init; } = 2;

    /// <summary>Milliseconds that each storage request takes longer.</summary>
    public int Delay { get; init; } = 20;

    /// <summary>A point at which the process ends itself by kill -9.</summary>
    public string? KillAt { get; init; }

    /// <summary>A point at which the process says <c>paused</c> and waits for <see cref="TransferChild.GoOn"/>.</summary>
    public string? PauseAt { get; init; }
}

/// <summary>What a transfer process says at its end.</summary>
public sealed record TransferOutcome(string FileId, string Sha512, long ResumedBytes, string Integrity);
