using RescaleInterlink.Jobs;
using RescaleInterlink.Platform.RateLimits;

namespace RescaleInterlink.Pipelines.Planning;

/// <summary>Counts the calls that a table needs, as the stages make them.</summary>
internal static class CallForecast
{
    /// <summary>Storage credentials, once for all uploads.</summary>
    private const int CredentialCalls = 1;

    /// <param name="limits">What is left of each scope; those that are not named have none.</param>
    /// <param name="collects">Whether the outputs are downloaded: one listing for each job, more when it has more than a page.</param>
    /// <param name="extraUploads">Local files that all jobs share.</param>
    public static IReadOnlyList<PlannedCalls> Of(IReadOnlyCollection<JobRow> rows, IReadOnlyList<RateLimitStatus> limits, bool collects, int extraUploads = 0)
    {
        // One for all jobs of one folder.
        var uploads = rows.Select(PipelinePlan.FindFolder).OfType<string>().Distinct(StringComparer.Ordinal).Count() + extraUploads;
        var submissions = rows.Count(static row => row.Spec.SubmitMode == SubmitMode.CreateAndSubmit);
        var user = rows.Sum(static row => CreationCalls(row.Spec)) + uploads + (uploads > 0 ? CredentialCalls : 0)
            + (rows.Any(static row => row.Spec.AnalysisVersion.Length > 0) ? 1 : 0);
        return [Make(RateScope.User, user), Make(RateScope.JobSubmission, submissions), Make(RateScope.JobsUsage, collects ? submissions : 0)];

        PlannedCalls Make(RateScope scope, long calls)
        {
            var limit = limits.FirstOrDefault(limit => limit.Scope == scope);
            return new PlannedCalls(scope, calls, limit?.Tokens, limit?.RatePerSecond);
        }
    }

    /// <summary>The limits of the platform after a rest, for whoever asks nobody.</summary>
    public static IReadOnlyList<RateLimitStatus> DocumentedLimits { get; } = [.. RateScopes.All.Select(static scope => RateScopes.LimitOf(scope))
        .Select(static limit => new RateLimitStatus(limit.Scope, RateLimitMode.Process) { Tokens = limit.Burst, Burst = limit.Burst, RatePerSecond = limit.Rate })];

    /// <summary>The creation, each tag, and the assignment of a project.</summary>
    private static int CreationCalls(JobSpec spec) => 1 + spec.Tags.Count + (string.IsNullOrWhiteSpace(spec.ProjectId) ? 0 : 1);
}
