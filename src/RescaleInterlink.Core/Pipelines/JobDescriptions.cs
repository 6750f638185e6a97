using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <param name="Notes">What the file says and a specification has no place for, with where it stands.</param>
public sealed record JobDescription(IReadOnlyList<JobSpec> Specs, IReadOnlyList<string> Notes);

/// <summary>Reads the jobs that a file describes, whichever kind of file it is.</summary>
public static class JobDescriptions
{
    /// <summary><c>.json</c> is read as JSON of any form (interop files 4.2), <c>.csv</c> as a jobs table (4.1), and anything else as an SGE script (4.3).</summary>
    /// <param name="path">Full path.</param>
    /// <exception cref="RescaleException">SourceNotFound, SourceUnreadable, JobFileInvalid, JobTableInvalid or JobScriptInvalid.</exception>
    public static async Task<JobDescription> ReadAsync(string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".CSV":
                return new JobDescription([.. JobTable.ReadFile(path).Select(static row => row.Spec)], []);
            case ".JSON":
                var json = JobSpecJson.Read(await JobFiles.ReadAsync(path, cancellationToken).ConfigureAwait(false), path, Path.GetDirectoryName(path));
                return new JobDescription(json.Specs, json.Notes);
            default:
                var script = JobScript.Read(await JobFiles.ReadAsync(path, cancellationToken).ConfigureAwait(false), path);
                return new JobDescription([script.Spec], script.Notes);
        }
    }
}
