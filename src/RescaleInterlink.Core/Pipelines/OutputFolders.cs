using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Pipelines;

/// <summary>
/// The folder of each job's outputs: <c>{JobName}</c>, or <c>{JobName}_{first 6 of the id}</c> for all jobs that share a name.
/// Thread-safe.
/// </summary>
internal sealed class OutputFolders
{
    private readonly string _root;
    private readonly HashSet<string> _shared;
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="jobNames">Of all rows; names that become equal when made safe, or differ only in case, count as shared.</param>
    public OutputFolders(string root, IEnumerable<string> jobNames)
    {
        _root = Path.GetFullPath(root);
        _shared = jobNames.Select(JobFolderName.MakeSafe).GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether it is one of these folders: an earlier run may have had another destination.</summary>
    public bool Holds(string folder) => string.Equals(
        Path.GetDirectoryName(folder), Path.TrimEndingDirectorySeparator(_root), OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>Folders that an earlier run has given to its jobs.</summary>
    public void Reserve(IEnumerable<string?> folders)
    {
        foreach (var folder in folders.OfType<string>().Where(Holds))
            _used.Add(Path.GetFileName(folder));
    }

    public string For(string jobName, string jobId)
    {
        var safe = JobFolderName.MakeSafe(jobName);
        var name = _shared.Contains(safe) ? JobFolderName.WithId(jobName, jobId) : safe;
        lock (_used)
        {
            // Ids that begin alike, or a job named as another with its id: the whole id is unique.
            if (!_used.Add(name))
                _used.Add(name = $"{safe}_{JobFolderName.MakeSafe(jobId)}");
        }

        return Path.Combine(_root, name);
    }

    /// <summary>Tries the place before jobs have cost anything.</summary>
    /// <exception cref="RescaleException">DestinationUnwritable.</exception>
    public static void RequireWritable(string root)
    {
        Create(root);
        try
        {
            OwnFile.Open(Path.Combine(root, $".{Guid.NewGuid():n}.rescale-part"), FileMode.CreateNew, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RescaleException(ErrorIds.DestinationUnwritable, ErrorKind.LocalFile,
                $"The destination '{root}' cannot be written to: {exception.Message} Nothing was sent.", "Correct its permissions, or give another destination.", exception);
        }
    }

    /// <exception cref="RescaleException">DestinationUnwritable.</exception>
    public static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RescaleException(ErrorIds.DestinationUnwritable, ErrorKind.LocalFile,
                $"The folder '{folder}' cannot be made: {exception.Message}", "Check the path and its permissions.", exception);
        }
    }
}
