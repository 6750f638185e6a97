namespace RescaleInterlink.Pipelines;

/// <summary>Which rows that have failed a run takes up again, and no others.</summary>
public enum PipelineRetry
{
    /// <summary>The rows that have ended with an error go on at the stage that failed. A job that failed on the platform stays as it is.</summary>
    Failed,

    /// <summary>The same, and a job that failed on the platform, or is no longer there, is made anew from its directory. Its outputs get a
    /// folder of their own; the failed job and its outputs stay.</summary>
    FailedJob,
}
