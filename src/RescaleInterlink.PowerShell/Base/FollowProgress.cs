using RescaleInterlink.Jobs;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>How far jobs are that a command waits for, in words.</summary>
internal static class FollowProgress
{
    public static ProgressReport? Report(JobFollowState? now)
    {
        if (now is null)
            return null;
        string counts = string.Join(", ", now.StatusByJob.Values.GroupBy(status => status).Select(group => $"{group.Count()} {group.Key}"));
        return new ProgressReport(
            "Waiting for Rescale jobs", $"{now.Ended} of {now.Total} ended; {counts}", now.Total == 0 ? null : 100.0 * now.Ended / now.Total, []);
    }
}
