using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Jobs.Submission;

/// <summary>A local file or folder that a job gets, as it was when the job was prepared.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Archive">The listed folder; null for a file.</param>
public sealed record LocalInput(string Path, SourceIdentity Identity, FolderArchive? Archive)
{
    /// <summary>Bytes that travel.</summary>
    public long Length => Identity.Length ?? 0;
}

/// <summary>A job whose specification is sound and whose local inputs are there. Nothing has been sent.</summary>
/// <param name="Inputs">The folder that is archived first, then the files.</param>
public sealed record PreparedJob(JobSpec Spec, IReadOnlyList<LocalInput> Inputs)
{
    /// <summary>Checks the specification, lists its folder and looks at its files.</summary>
    /// <exception cref="RescaleException">JobSpecInvalid, SourceNotFound, SourceIsDirectory or SourceUnreadable.</exception>
    public static async Task<PreparedJob> CreateAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spec);
        // Before something large is sent for a job that cannot be made of it.
        JobSpecCheck.Require(spec);
        var inputs = new List<LocalInput>();
        if (!string.IsNullOrWhiteSpace(spec.Directory))
        {
            var archive = await FolderArchive.CreateAsync(ArchiveFolder.Resolve(spec.Directory, spec.TarSubpath), cancellationToken).ConfigureAwait(false);
            inputs.Add(new LocalInput(archive.Folder, await archive.Source.GetIdentityAsync(cancellationToken).ConfigureAwait(false), archive));
        }

        foreach (var path in spec.InputFiles.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal))
        {
            try
            {
                using var source = new LocalFileSource(path);
                inputs.Add(new LocalInput(path, await source.GetIdentityAsync(cancellationToken).ConfigureAwait(false), null));
            }
            catch (RescaleException missing) when (missing.ErrorId == ErrorIds.SourceNotFound)
            {
                throw new RescaleException(ErrorIds.SourceNotFound, ErrorKind.NotFound, $"The input file '{path}' of the job '{spec.JobName}' does not exist.", "Check the path.", missing);
            }
        }

        return new PreparedJob(spec, inputs);
    }
}
