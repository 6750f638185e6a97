using RescaleInterlink.Jobs;
using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>How far jobs are that a command follows, in words.</summary>
internal static class FollowProgress
{
    /// <summary>So many are shown each by itself, as there is room for; more are counted by their status.</summary>
    private const int Few = 4;

    /// <param name="names">Of jobs that passed by; null to show no single jobs.</param>
    /// <param name="activity">What the command does.</param>
    /// <param name="more">Said behind the counts.</param>
    /// <param name="items">Shown before the jobs.</param>
    public static ProgressReport? Report(
        JobFollowState? now, RecentNames? names = null, string activity = "Waiting for Rescale jobs", string more = "", IReadOnlyList<ProgressItem>? items = null)
    {
        if (now is null)
            return null;
        string counts = string.Join(", ", now.StatusByJob.Values.GroupBy(static status => status.Length == 0 ? "not known yet" : status).Select(static group => $"{group.Count()} {group.Key}"));
        IEnumerable<ProgressItem> jobs = names is null || now.Total > Few ? [] : now.NewestByJob.Select(job => Item(job.Key, job.Value, names));
        return new ProgressReport(
            activity, $"{now.Ended} of {now.Total} ended; {counts}{more}", now.Total == 0 ? null : 100.0 * now.Ended / now.Total, [.. items ?? [], .. jobs]);
    }

    private static ProgressItem Item(string id, JobStatusEntry newest, RecentNames names)
    {
        string? name = names.Snapshot().FirstOrDefault(job => job.Id == id).Name;
        string since = newest.StatusDate is { } date ? $" since {date.ToLocalTime():g}" : string.Empty;
        string reason = string.IsNullOrEmpty(newest.StatusReason) ? string.Empty : $": {newest.StatusReason}";
        // Below the keys of transfers, which count from 0.
        return new ProgressItem(~(id.GetHashCode(StringComparison.Ordinal) & int.MaxValue), name is null || name == id ? id : $"{name} ({id})", $"{newest.Status}{since}{reason}", null);
    }
}
