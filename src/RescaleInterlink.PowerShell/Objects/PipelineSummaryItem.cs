using System.Globalization;
using System.Management.Automation;
using RescaleInterlink.Pipelines.Measuring;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A pipeline's run in numbers.</summary>
public sealed class PipelineSummaryItem : IShellObject
{
    internal PipelineSummaryItem(PipelineSummary summary)
    {
        Jobs = summary.Jobs;
        Succeeded = summary.Succeeded;
        Failed = summary.Failed;
        NotEnded = summary.NotEnded;
        EndedBefore = summary.EndedBefore;
        Duration = summary.Duration;
        JobsPerSecond = summary.JobsPerSecond;
        Archives = summary.Archives;
        BytesArchived = summary.BytesArchived;
        BytesShared = summary.BytesShared;
        BytesUploaded = summary.BytesUploaded;
        BytesDownloaded = summary.BytesDownloaded;
        BytesPerSecond = summary.BytesPerSecond;
        PeakMemory = summary.PeakMemory;
        MostConnections = summary.MostConnections;
        LimitedBy = summary.LimitedBy.ToString();
        Limit = [.. summary.Times.Select(static time => ShellObject.Wrap(new LimitTimeItem(time)))];
        ApiCall = [.. summary.ApiCalls.Select(static calls => ShellObject.Wrap(new ApiUsageItem(calls)))];
    }

    static string IShellObject.TypeName => "RescaleInterlink.PipelineSummary";

    public int Jobs { get; }

    public int Succeeded { get; }

    public int Failed { get; }

    /// <summary>Rows that the run had not ended when it failed or was stopped.</summary>
    public int NotEnded { get; }

    /// <summary>Of those that have ended, rows that an earlier run had ended, and this one has only reported again.</summary>
    public int EndedBefore { get; }

    public TimeSpan Duration { get; }

    /// <summary>Jobs that this run has ended.</summary>
    public double JobsPerSecond { get; }

    /// <summary>Archives that were uploaded, each once, however many rows share it.</summary>
    public int Archives { get; }

    /// <summary>Of these archives, before any compression.</summary>
    public long BytesArchived { get; }

    /// <summary>Of archives that need not be uploaded, as rows of the same directory share one.</summary>
    public long BytesShared { get; }

    /// <summary>Before encryption; archives as they were sent, and extra inputs.</summary>
    public long BytesUploaded { get; }

    public long BytesDownloaded { get; }

    /// <summary>Both directions over the duration of the run.</summary>
    public double BytesPerSecond { get; }

    /// <summary>Most bytes of buffers at once.</summary>
    public long PeakMemory { get; }

    /// <summary>Most storage requests at once.</summary>
    public int MostConnections { get; }

    /// <summary>What has bound the run: the first of Limit.</summary>
    public string LimitedBy { get; }

    /// <summary>What the time of the run belongs to, longest first.</summary>
    public PSObject[] Limit { get; }

    /// <summary>Calls by scope of the platform's rate limits.</summary>
    public PSObject[] ApiCall { get; }

    public override string ToString()
    {
        string archives = Archives > 0 ? $" of {Archives} archive(s)" : "";
        string open = NotEnded > 0 ? FormattableString.Invariant($", {NotEnded} not ended") : "";
        string shared = BytesShared > 0 ? $" ({HumanSize.Format(BytesShared)} more are shared)" : "";
        string limits = string.Join(", ", Limit.Select(static limit => limit.BaseObject).OfType<LimitTimeItem>().Where(static limit => limit.Share >= LimitTimeItem.LeastShown));
        string waited = string.Join(", ", ApiCall.Select(static calls => calls.BaseObject).OfType<ApiUsageItem>().Where(static calls => calls.Calls > 0));
        return string.Create(CultureInfo.InvariantCulture, $"{Jobs} job(s): {Succeeded} succeeded, {Failed} failed{open}, in {Duration:d\\.hh\\:mm\\:ss} ({JobsPerSecond:0.###} a second). ")
            + $"Uploaded {HumanSize.Format(BytesUploaded)}{archives}{shared}, downloaded {HumanSize.Format(BytesDownloaded)}, {HumanSize.Format(BytesPerSecond)}/s "
            + $"with at most {MostConnections} connection(s) and {HumanSize.Format(PeakMemory)} of buffers. "
            + $"API calls: {(waited.Length == 0 ? "none" : waited)}. "
            + (LimitedBy == nameof(PipelineLimit.None) ? "Nothing in particular has bound it." : $"Limited by {LimitedBy}: {limits}.");
    }
}

/// <summary>How much of a run was held to one limit.</summary>
public sealed class LimitTimeItem : IShellObject
{
    /// <summary>What is less is left out of texts.</summary>
    internal const double LeastShown = 0.01;

    internal LimitTimeItem(LimitTime time) => (Limit, Time, Share, Waited) = (time.Limit.ToString(), time.Time, time.Share, time.Waited);

    static string IShellObject.TypeName => "RescaleInterlink.LimitTime";

    public string Limit { get; }

    /// <summary>Of the run's duration.</summary>
    public TimeSpan Time { get; }

    /// <summary>The same, 0 to 1.</summary>
    public double Share { get; }

    /// <summary>Summed over all that waited at the same time.</summary>
    public TimeSpan Waited { get; }

    public override string ToString() => FormattableString.Invariant($"{Limit} {Share * 100:0} %");
}

/// <summary>Calls that a command has made in one scope of the platform's rate limits.</summary>
public sealed class ApiUsageItem : IShellObject
{
    internal ApiUsageItem(ApiUsage usage) => (Scope, Calls, Waited) = (usage.Name, usage.Calls, usage.Waited);

    static string IShellObject.TypeName => "RescaleInterlink.ApiUsage";

    /// <summary><c>user</c>, <c>job-submission</c> or <c>jobs-usage</c>.</summary>
    public string Scope { get; }

    public long Calls { get; }

    /// <summary>For the rate limit, summed over calls that waited at the same time.</summary>
    public TimeSpan Waited { get; }

    public override string ToString()
        => FormattableString.Invariant($"{Calls} {Scope}") + (Waited >= TimeSpan.FromSeconds(1) ? FormattableString.Invariant($" (waited {Waited.TotalSeconds:0} s)") : "");
}
