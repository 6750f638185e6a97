using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>Makes the jobs of a run from the rows of its table.</summary>
internal static class PipelinePlan
{
    public static PipelineJob[] MakeJobs(IReadOnlyList<JobRow> rows, ArchiveOptions archive, TimeProvider time)
    {
        var folders = rows.Select(FindFolder).ToArray();
        var place = FindCommonFolder(folders.Select(Path.GetDirectoryName));
        var now = time.GetLocalNow();
        return [.. rows.Select((row, i) => new PipelineJob(row, new RowState
        {
            Index = row.Index,
            JobName = row.Spec.JobName,
            Directory = string.IsNullOrWhiteSpace(row.Spec.Directory) ? "" : Path.GetFullPath(row.Spec.Directory),
            TarPath = folders[i] is { } folder && Path.GetFileName(folder).Length > 0 ? Path.Combine(place, ArchiveName.For(folder, archive.IsGzip)) : "",
            TarStatus = folders[i] is null ? StageStatus.Skipped : StageStatus.Pending,
            UploadStatus = folders[i] is null ? StageStatus.Skipped : StageStatus.Pending,
            LastUpdated = now,
        })
        {
            Folder = folders[i],
        })];
    }

    /// <summary>The folder that all the given ones lie in or are, compared by whole names; else the folder for temporary files.</summary>
    internal static string FindCommonFolder(IEnumerable<string?> folders)
    {
        string? common = null;
        foreach (var folder in folders.OfType<string>())
        {
            common ??= folder;
            while (common is not null && !IsInside(folder, common))
                common = Path.GetDirectoryName(common);
            if (common is null)
                break;
        }

        return common ?? Path.TrimEndingDirectorySeparator(Path.GetTempPath());
    }

    internal static bool IsInside(string folder, string parent)
    {
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return folder.StartsWith(parent, comparison)
            && (folder.Length == parent.Length || Path.EndsInDirectorySeparator(parent) || folder[parent.Length] == Path.DirectorySeparatorChar);
    }

    /// <summary>Null without a directory; a sub-path that is refused leaves the directory: validation will name the fault.</summary>
    internal static string? FindFolder(JobRow row)
    {
        if (string.IsNullOrWhiteSpace(row.Spec.Directory))
            return null;
        try
        {
            return ArchiveFolder.Resolve(row.Spec.Directory, row.Spec.TarSubpath);
        }
        catch (RescaleException)
        {
            return ArchiveFolder.Resolve(row.Spec.Directory, null);
        }
    }
}
