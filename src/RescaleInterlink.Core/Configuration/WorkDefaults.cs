namespace RescaleInterlink.Configuration;

/// <summary>What the configuration says about the extent of work; null leaves it to the command.</summary>
public sealed record WorkDefaults
{
    // The commands take no more.
    private const int MostWorkers = 64;

    public int? TarWorkers { get; init; }
    public int? UploadWorkers { get; init; }
    public int? JobWorkers { get; init; }

    /// <summary>Most files in flight at once.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>Most storage requests at once.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Bytes.</summary>
    public long? MemoryLimit { get; init; }

    public long? MaxBytesPerSecond { get; init; }

    internal static WorkDefaults Of(RescaleConfiguration configuration)
    {
        return new WorkDefaults
        {
            TarWorkers = Workers(ConfigurationKeys.TarWorkers),
            UploadWorkers = Workers(ConfigurationKeys.UploadWorkers),
            JobWorkers = Workers(ConfigurationKeys.JobWorkers),
            ThrottleLimit = (int?)Number(ConfigurationKeys.ThrottleLimit),
            MaxConnections = (int?)Number(ConfigurationKeys.MaxConnections),
            MemoryLimit = Number(ConfigurationKeys.MemoryLimit),
            MaxBytesPerSecond = Number(ConfigurationKeys.MaxBytesPerSecond),
        };

        long? Number(string name) => configuration[name] is { Source: not ConfigurationSource.Default } entry ? (long?)entry.Value : null;

        int? Workers(string name) => Number(name) is { } number ? (int)Math.Min(number, MostWorkers) : null;
    }
}
