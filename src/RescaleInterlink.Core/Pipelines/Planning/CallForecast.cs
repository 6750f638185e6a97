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
    public static IReadOnlyList<PlannedCalls> Of(IReadOnlyList<OpenRow> rows, IReadOnlyList<RateLimitStatus> limits, bool collects, int extraUploads = 0)
    {
        // One for all jobs of one folder.
        var uploads = rows.Where(static row => row.Stage <= PipelineStage.Archive).Select(static row => PipelinePlan.FindFolder(row.Row)).OfType<string>().Distinct(StringComparer.Ordinal).Count()
            + extraUploads;
        var created = rows.Where(static row => row.Stage <= PipelineStage.Create).ToList();
        var submitted = rows.Where(static row => Submits(row)).ToList();
        // Of a job that may be there already, that is asked first.
        var questions = created.Count(static row => row.State is { Creating: true, JobId: null }) + submitted.Count(static row => row.IsResumed);
        var user = created.Sum(CreationCalls) + questions + uploads + (uploads > 0 ? CredentialCalls : 0)
            + (created.Any(static row => row.State.JobId is null && row.Row.Spec.AnalysisVersion.Length > 0) ? 1 : 0);
        var collected = collects ? rows.Count(static row => row.Row.Spec.SubmitMode == SubmitMode.CreateAndSubmit) : 0;
        return [Make(RateScope.User, user), Make(RateScope.JobSubmission, submitted.Count), Make(RateScope.JobsUsage, collected)];

        PlannedCalls Make(RateScope scope, long calls)
        {
            var limit = limits.FirstOrDefault(limit => limit.Scope == scope);
            return new PlannedCalls(scope, calls, limit?.Tokens, limit?.RatePerSecond);
        }
    }

    /// <summary>The limits of the platform after a rest, for whoever asks nobody.</summary>
    public static IReadOnlyList<RateLimitStatus> DocumentedLimits { get; } = [.. RateScopes.All.Select(static scope => RateScopes.LimitOf(scope))
        .Select(static limit => new RateLimitStatus(limit.Scope, RateLimitMode.Process) { Tokens = limit.Burst, Burst = limit.Burst, RatePerSecond = limit.Rate })];

    /// <summary>Whether its submission is still to come.</summary>
    public static bool Submits(OpenRow row) => row.Stage <= PipelineStage.Submit && row.Row.Spec.SubmitMode == SubmitMode.CreateAndSubmit;

    /// <summary>The creation, each tag, and the assignment of a project.</summary>
    private static int CreationCalls(OpenRow row)
        => (row.State.JobId is null ? 1 : 0) + row.Row.Spec.Tags.Count + (string.IsNullOrWhiteSpace(row.Row.Spec.ProjectId) ? 0 : 1);
}
