using RescaleInterlink.Errors;
using RescaleInterlink.Library;

namespace RescaleInterlink.Jobs;

/// <summary>
/// The folders that one command gives to the outputs of its jobs, as it comes to know them: <c>{JobName}</c>, and for another job of that name
/// <c>{JobName}_{first 6 of the id}</c>. Thread-safe.
/// </summary>
/// <param name="root">Full path.</param>
public sealed class JobFolders(string root)
{
    private readonly ClaimedPaths _claimed = new();

    /// <summary>Finds early, before a job is made for it, that nothing can be put there.</summary>
    /// <exception cref="RescaleException">DestinationExists: there is a file of this name, or of that of a folder above.</exception>
    public void Require()
    {
        for (var place = root; place is not null && !Directory.Exists(place); place = Path.GetDirectoryName(place))
        {
            if (File.Exists(place))
                throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"'{place}' is a file, and a folder is to be there.", "Give another destination.");
        }
    }

    /// <param name="jobName">Empty takes the id for the name.</param>
    /// <returns>Full path; a job is asked for once.</returns>
    public string For(string? jobName, string jobId)
    {
        var name = string.IsNullOrWhiteSpace(jobName) ? jobId : jobName;
        string folder = "";
        // Ids may begin alike, and a job may be called as another with its id; the whole id is unique.
        foreach (var candidate in new[] { JobFolderName.MakeSafe(name), JobFolderName.WithId(name, jobId), $"{JobFolderName.MakeSafe(name)}_{JobFolderName.MakeSafe(jobId)}" })
        {
            folder = Path.Combine(root, candidate);
            if (_claimed.TryClaim(folder))
                break;
        }

        return folder;
    }
}
