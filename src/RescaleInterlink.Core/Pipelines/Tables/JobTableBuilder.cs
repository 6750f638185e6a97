using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines.Tables;

/// <summary>Makes the jobs of a table: one for each run folder, all else as in the template (interop files 5).</summary>
public static class JobTableBuilder
{
    private const string FirstSuffix = "_1";
    private const string NamelessBase = "Job";
    private const int MostNamed = 5;

    /// <param name="iterateCommand">Numbers of runs in the command become that of the folder (<see cref="CommandPattern"/>).</param>
    /// <param name="allowDuplicateNames">The Go tool does not look; jobs of one name are hard to tell apart, and their outputs too.</param>
    /// <exception cref="RescaleException">JobTableInvalid when two jobs would have one name.</exception>
    public static IReadOnlyList<JobSpec> Build(JobSpec template, IReadOnlyList<RunFolder> folders, bool iterateCommand, bool allowDuplicateNames)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(folders);
        var name = BaseNameOf(template.JobName);
        List<JobSpec> jobs = [.. folders.Select(folder => template with
        {
            JobName = folder.Part.Length == 0 ? $"{name}_{folder.Number}" : $"{name}_{folder.Number}_{folder.Part}",
            Directory = folder.Path,
            Command = iterateCommand ? CommandPattern.Replace(template.Command, folder.Number) : template.Command,
        })];
        if (!allowDuplicateNames)
            RequireOwnNames(jobs);
        return jobs;
    }

    /// <summary>Without one <c>_1</c> at the end; <c>Job</c> when nothing is left.</summary>
    internal static string BaseNameOf(string jobName)
    {
        var name = jobName.EndsWith(FirstSuffix, StringComparison.Ordinal) ? jobName[..^FirstSuffix.Length] : jobName;
        return name.Length > 0 ? name : NamelessBase;
    }

    private static void RequireOwnNames(IEnumerable<JobSpec> jobs)
    {
        var shared = jobs.GroupBy(static job => job.JobName, StringComparer.Ordinal).Where(static group => group.Count() > 1).ToList();
        if (shared.Count == 0)
            return;
        var named = shared.Take(MostNamed).Select(static group => $"'{group.Key}' of {string.Join(" and ", group.Select(static job => $"'{job.Directory}'"))}");
        var more = shared.Count > MostNamed ? $"; and {shared.Count - MostNamed} more" : "";
        throw new RescaleException(ErrorIds.JobTableInvalid, ErrorKind.InvalidInput,
            $"{shared.Count} job name(s) would be given more than once: {string.Join("; ", named)}{more}.",
            "Rename the folders so that their first numbers differ, or allow it with -AllowDuplicateName.");
    }
}
