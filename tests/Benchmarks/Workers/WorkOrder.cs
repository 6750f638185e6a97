using System.Text.Json.Serialization;

namespace RescaleInterlink.Benchmarks.Workers;

/// <summary>What a worker shall do once; the time it takes is measured inside, without the start of the process.</summary>
internal sealed record WorkOrder(Work Work)
{
    public Uri? Endpoint { get; init; }
    public string Bucket { get; init; } = "";

    /// <summary>The endpoint is Azure's, the bucket a container, and this its signature; null: S3.</summary>
    public string? Sas { get; init; }
    public string Prefix { get; init; } = "";

    /// <summary>Full paths of what is sent.</summary>
    public string[] Sources { get; init; } = [];

    /// <summary>What is received; with <see cref="Folder"/>.</summary>
    public StoredFile[] Files { get; init; } = [];

    /// <summary>Where files are made.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Bytes to work on, where there is no file.</summary>
    public long Bytes { get; init; }

    /// <summary>Things of <see cref="Bytes"/> each.</summary>
    public int Count { get; init; } = 1;

    public int Connections { get; init; } = 16;

    /// <summary>The engine finds out how many connections help.</summary>
    public bool Adaptive { get; init; }

    public int FilesAtOnce { get; init; } = 5;
    public long MemoryLimit { get; init; } = 512L << 20;

    /// <summary>Folder of checkpoints; null: none are written.</summary>
    public string? Checkpoints { get; init; }

    /// <summary>Give memory back before the work, so that its peak is its own.</summary>
    public bool FromScratch { get; init; }

    /// <summary>Ask for the progress four times a second, as a command does.</summary>
    public bool WatchProgress { get; init; }
}

/// <summary>An object of ours in the target, and what its file record would hold.</summary>
internal sealed record StoredFile(string Key, string EncryptionKey, long Length, string Sha512);

/// <param name="CpuSeconds">Of this process, over all cores.</param>
/// <param name="PeakBytes">Most resident memory during the work.</param>
/// <param name="BasePeakBytes">Resident memory before it.</param>
/// <param name="StartedAt">Unix time in milliseconds.</param>
internal sealed record WorkResult(double Seconds, double CpuSeconds, long PeakBytes, long BasePeakBytes, long StartedAt, StoredFile[] Files, string? Failure = null, string? Note = null);

[JsonConverter(typeof(JsonStringEnumConverter<Work>))]
internal enum Work
{
    EngineUpload,
    EngineDownload,
    SdkPut,
    SdkGet,
    UtilityUpload,
    UtilityDownload,
    StoreSend,
    StoreFetch,
    Encrypt,
    Decrypt,
    Hash,
    WriteDisk,
    Loopback,
}
