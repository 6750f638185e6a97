using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>By what one job is known before the platform has given it an id: a variable of its environment that no other job has.</summary>
/// <param name="Value">32 hexadecimal digits. No secret.</param>
/// <param name="Since">By this machine's clock, when the creation was first going to be sent; no job with the mark is older.</param>
internal sealed record JobMark(string Value, DateTimeOffset Since)
{
    /// <summary>The variable's name. It belongs to this module: a value that a user gives it is dropped.</summary>
    public const string Variable = PlatformJob.MarkVariable;

    public static JobMark New(TimeProvider time) => new(Guid.NewGuid().ToString("N"), time.GetUtcNow());

    /// <summary>The request of the job that has this mark.</summary>
    public JobRequest AddTo(JobRequest request) => request with
    {
        Jobanalyses = [.. request.Jobanalyses.Select(analysis => analysis with
        {
            EnvVars = new Dictionary<string, string>(analysis.EnvVars, StringComparer.Ordinal) { [Variable] = Value },
        })],
    };

    public override string ToString() => $"{Variable}={Value}";
}
