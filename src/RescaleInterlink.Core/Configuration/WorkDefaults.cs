namespace RescaleInterlink.Configuration;

/// <summary>What the configuration says about the extent of work; null leaves it to the command.</summary>
public sealed record WorkDefaults
{
    // The commands take no more.
    private const int MostWorkers = 64;

    /// <summary>Patterns of names that archives of folders take, or leave out; both null, or one of them.</summary>
    public IReadOnlyList<string>? IncludePatterns { get; init; }

    public IReadOnlyList<string>? ExcludePatterns { get; init; }

    /// <summary>Archives without folders.</summary>
    public bool? FlattenTar { get; init; }

    /// <summary>Archives are compressed.</summary>
    public bool? GzipTar { get; init; }

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
            IncludePatterns = Patterns(ConfigurationKeys.IncludePattern),
            ExcludePatterns = Patterns(ConfigurationKeys.ExcludePattern),
            FlattenTar = Find(ConfigurationKeys.FlattenTar) as bool?,
            GzipTar = Find(ConfigurationKeys.TarCompression) is string word ? word == ConfigurationKeys.GzipWord : null,
            TarWorkers = Workers(ConfigurationKeys.TarWorkers),
            UploadWorkers = Workers(ConfigurationKeys.UploadWorkers),
            JobWorkers = Workers(ConfigurationKeys.JobWorkers),
            ThrottleLimit = (int?)Number(ConfigurationKeys.ThrottleLimit),
            MaxConnections = (int?)Number(ConfigurationKeys.MaxConnections),
            MemoryLimit = Number(ConfigurationKeys.MemoryLimit),
            MaxBytesPerSecond = Number(ConfigurationKeys.MaxBytesPerSecond),
        };

        object? Find(string name) => configuration[name] is { Source: not ConfigurationSource.Default } entry ? entry.Value : null;

        long? Number(string name) => (long?)Find(name);

        string[]? Patterns(string name)
            => Find(name) is string text && text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } patterns ? patterns : null;

        int? Workers(string name) => Number(name) is { } number ? (int)Math.Min(number, MostWorkers) : null;
    }
}
