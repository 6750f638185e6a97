namespace RescaleInterlink.Pipelines.Measuring;

/// <summary>What a run can be held to.</summary>
public enum PipelineLimit
{
    /// <summary>None of the others.</summary>
    None,

    /// <summary>All that could be done was done, and rows waited for their jobs on the platform.</summary>
    PlatformJobs,

    /// <summary>Calls waited for the platform's rate limits.</summary>
    ApiRate,

    /// <summary>Calls waited for the platform's answers, or to be repeated after a failure.</summary>
    PlatformAnswers,

    /// <summary>The same while rows waited for a worker of one of the stages: more workers would have made more calls at once.</summary>
    Workers,

    /// <summary>Requests to the storage were under way, or waited to be repeated after a failure.</summary>
    Network,

    /// <summary>The bandwidth limit that the user has set.</summary>
    Bandwidth,

    /// <summary>The most connections that the user has set, or that help.</summary>
    Connections,

    /// <summary>The memory limit of the transfers.</summary>
    Memory,

    /// <summary>Listing, reading and writing local files.</summary>
    Disk,

    /// <summary>Compressing archives, for which their files are read.</summary>
    Compression,

    /// <summary>Hashing, encrypting and decrypting.</summary>
    Encryption,
}

/// <summary>How much of a run was held to one limit.</summary>
/// <param name="Time">Of the run's duration; that of all limits together is the duration.</param>
/// <param name="Share">The same as a share of the run's duration, 0 to 1.</param>
/// <param name="Waited">Summed over all calls and transfers that waited for it at the same time, whatever else went on meanwhile; zero where nothing has to wait its turn.</param>
public sealed record LimitTime(PipelineLimit Limit, TimeSpan Time, double Share, TimeSpan Waited);
