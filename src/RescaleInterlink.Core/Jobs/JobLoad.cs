using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Jobs;

/// <summary>What the platform has measured of a job's cluster (interop API 6.2, J12). The shape of a measurement is not known.</summary>
/// <param name="Measurements">As the platform orders them.</param>
/// <param name="IsCut">There are more, on pages that were not read.</param>
public sealed record JobLoad(IReadOnlyList<JsonElement> Measurements, bool IsCut)
{
    /// <param name="jobs">The platform.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="hours">How far back.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>Null where the platform does not tell it.</returns>
    /// <exception cref="RescaleException">JobNotFound, ...</exception>
    public static async Task<JobLoad?> ReadAsync(JobsClient jobs, string jobId, int hours, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        if (await jobs.GetLoadAsync(jobId, hours, cancellationToken).ConfigureAwait(false) is { } said)
            return Of(said);
        // 404 is the answer for a job that is not there as well as for a platform that does not know the call.
        await jobs.GetAsync(jobId, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>A list, bare or as the platform's pages have it; anything else is one measurement.</summary>
    internal static JobLoad Of(JsonElement said)
    {
        if (said.ValueKind == JsonValueKind.Array)
            return new JobLoad([.. said.EnumerateArray()], IsCut: false);
        if (RawJson.Member(said, "results") is { ValueKind: JsonValueKind.Array } results)
            return new JobLoad([.. results.EnumerateArray()], RawJson.Member(said, "next") is { ValueKind: JsonValueKind.String });
        return said.ValueKind == JsonValueKind.Null ? new JobLoad([], IsCut: false) : new JobLoad([said], IsCut: false);
    }
}
