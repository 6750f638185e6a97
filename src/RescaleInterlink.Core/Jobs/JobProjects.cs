using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>Gives jobs to projects (interop API 6.3). Thread-safe.</summary>
/// <param name="organization">The code of the user's organization, from the profile; null when it does not tell.</param>
internal sealed class JobProjects(JobsClient jobs, string? organization, TimeProvider time)
{
    // As often, and with the same waits, as the Go tool.
    private static readonly TimeSpan[] Waits = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    /// <summary>Assigns a job that was created a moment ago, and so may not be known everywhere: what is not found is tried three times in 6 s.
    /// What is refused is not tried again, nor is what the client has repeated by its own rules.</summary>
    /// <param name="given">The code of the organization; empty takes the user's own.</param>
    /// <exception cref="RescaleException">OrganizationUnknown before anything is sent; or what the platform reports.</exception>
    public async Task AssignNewAsync(string jobId, string projectId, string? given, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await AssignAsync(jobId, projectId, given, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (RescaleException failure) when (attempt < Waits.Length && failure.Kind == ErrorKind.NotFound)
            {
                await Task.Delay(Waits[attempt], time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Assigns a job that has been there for a while.</summary>
    /// <inheritdoc cref="AssignNewAsync"/>
    public async Task AssignAsync(string jobId, string projectId, string? given, CancellationToken cancellationToken)
    {
        var code = string.IsNullOrWhiteSpace(given) ? organization : given.Trim();
        if (string.IsNullOrWhiteSpace(code))
            throw new RescaleException(ErrorIds.OrganizationUnknown, ErrorKind.InvalidInput,
                "the code of the organization is not known: none was given, and the user's profile has none.",
                "Give it as OrgCode, or afterwards with Set-RescaleJobProject -OrganizationCode.");
        await jobs.AssignProjectAsync(code, jobId, projectId.Trim(), cancellationToken).ConfigureAwait(false);
    }
}
