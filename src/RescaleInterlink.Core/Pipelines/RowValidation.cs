using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <summary>What can be said about a row before anything is sent.</summary>
internal static class RowValidation
{
    /// <param name="hasExtras">The run has files for all jobs, so that a row without any of its own can be run.</param>
    public static IReadOnlyList<RowFault> FindFaults(JobRow row, bool hasExtras = false)
    {
        var spec = row.Spec;
        var faults = JobSpecCheck.FindFaults(spec).Select(fault => new RowFault(row.Index, spec.JobName, fault.Column, fault.Message)).ToList();
        if (!string.IsNullOrWhiteSpace(spec.Directory))
            CheckDirectory(row, faults);
        else if (spec.ExtraInputFileIds.Count == 0 && !hasExtras && row.UsesExistingFiles)
            faults.Add(new RowFault(row.Index, spec.JobName, JobColumns.ExtraInputFileIDs,
                "is empty or missing, and with -UseExistingFile nothing is uploaded: put the ids of the job's files there, as Send-RescaleFile and Get-RescaleFile give them, or give files of all jobs with -ExtraInputFile"));
        else if (spec.ExtraInputFileIds.Count == 0 && !hasExtras)
            faults.Add(new RowFault(row.Index, spec.JobName, nameof(JobSpec.Directory), "is empty, and there are no ExtraInputFileIDs"));
        return faults;
    }

    /// <summary>Why this run does not begin with the row, or null.</summary>
    public static RescaleException? FindError(PipelineJob job, PipelineOptions options)
    {
        var row = job.Row;
        if (FindFaults(row, !options.Extras.IsEmpty) is { Count: > 0 } faults)
            return new RescaleException(ErrorIds.JobSpecInvalid, ErrorKind.InvalidInput,
                $"Row {row.Index} ('{row.Spec.JobName}') was not sent: {string.Join("; ", faults.Select(fault => $"{fault.Column} {fault.Message}"))}.",
                "Correct the named columns of the row.");
        return FindRunFile(job, options) is { } held
            ? new RescaleException(ErrorIds.JobSpecInvalid, ErrorKind.InvalidInput,
                $"Row {row.Index} ('{row.Spec.JobName}') was not sent: {held}.",
                "Give -StatePath and -LogPath another folder, or leave these files out with -ExcludePattern.")
            : null;
    }

    /// <summary>What there is to say of a file of the run's own in the row's folder, or null.</summary>
    public static string? FindRunFile(PipelineJob job, PipelineOptions options)
        => job.Folder is { } folder && RunFiles.FindInside(folder, options) is { } inside
            ? $"'{inside}', which the run itself writes, lies in the folder '{folder}' and would be archived with it"
            : null;

    private static void CheckDirectory(JobRow row, List<RowFault> faults)
    {
        void Add(string column, string message) => faults.Add(new RowFault(row.Index, row.Spec.JobName, column, message));
        var directory = Path.GetFullPath(row.Spec.Directory!);
        if (!Directory.Exists(directory))
        {
            Add(nameof(JobSpec.Directory), $"'{directory}' is not an existing folder");
            return;
        }

        try
        {
            var folder = ArchiveFolder.Resolve(directory, row.Spec.TarSubpath);
            if (!Directory.Exists(folder))
                Add(nameof(JobSpec.TarSubpath), $"'{folder}' is not an existing folder");
            else
                _ = ArchiveName.For(folder, gzip: false);
        }
        catch (RescaleException exception)
        {
            Add(string.IsNullOrWhiteSpace(row.Spec.TarSubpath) ? nameof(JobSpec.Directory) : nameof(JobSpec.TarSubpath), $"cannot be used: {exception.Message.TrimEnd('.')}");
        }
    }
}
