using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>Gives jobs to projects (interop API 6.3). Thread-safe.</summary>
/// <param name="organization">The code of the user's organization, from the profile; null when it does not tell.</param>
internal sealed class JobProjects(JobsClient jobs, string? organization, TimeProvider time)
{
    // As often, and with the same waits, as the Go tool: a job that was created a moment ago may not be known everywhere.
    private static readonly TimeSpan[] Waits = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    /// <param name="given">The code of the organization; empty takes the user's own.</param>
    /// <exception cref="RescaleException">OrganizationUnknown before anything is sent; or what the platform reports.</exception>
    public async Task AssignAsync(string jobId, string projectId, string? given, CancellationToken cancellationToken)
    {
        var code = string.IsNullOrWhiteSpace(given) ? organization : given.Trim();
        if (string.IsNullOrWhiteSpace(code))
            throw new RescaleException(ErrorIds.OrganizationUnknown, ErrorKind.InvalidInput,
                "the code of the organization is not known: none was given, and the user's profile has none.",
                "Give it as OrgCode, or afterwards with Set-RescaleJobProject -OrganizationCode.");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await jobs.AssignProjectAsync(code, jobId, projectId.Trim(), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (RescaleException failure) when (attempt < Waits.Length && failure.Kind is not (ErrorKind.Authentication or ErrorKind.Permission))
            {
                await Task.Delay(Waits[attempt], time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
