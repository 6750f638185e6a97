using System.Text;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>
/// The folder of each job's outputs: <c>{JobName}</c>, or <c>{JobName}_{first 6 of the id}</c> for all jobs that share a name.
/// Thread-safe.
/// </summary>
internal sealed class OutputFolders
{
    private const int MostBytes = 100;
    private const int IdLength = 6;

    /// <summary>Characters that some file system refuses; control characters are added in the code.</summary>
    private const string Illegal = "/\\:*?\"<>|";

    private static readonly HashSet<string> DeviceNames = new(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(n => new[] { $"COM{n}", $"LPT{n}" })], StringComparer.OrdinalIgnoreCase);

    private readonly string _root;
    private readonly HashSet<string> _shared;
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="jobNames">Of all rows; names that become equal when made safe, or differ only in case, count as shared.</param>
    public OutputFolders(string root, IEnumerable<string> jobNames)
    {
        _root = Path.GetFullPath(root);
        _shared = jobNames.Select(MakeSafe).GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Folders that an earlier run has given to its jobs.</summary>
    public void Reserve(IEnumerable<string?> folders)
    {
        foreach (var folder in folders.OfType<string>())
            _used.Add(Path.GetFileName(folder));
    }

    public string For(string jobName, string jobId)
    {
        var safe = MakeSafe(jobName);
        var name = _shared.Contains(safe) ? $"{safe}_{MakeSafe(jobId[..Math.Min(IdLength, jobId.Length)])}" : safe;
        lock (_used)
        {
            // Ids that begin alike, or a job named as another with its id: the whole id is unique.
            if (!_used.Add(name))
                _used.Add(name = $"{safe}_{MakeSafe(jobId)}");
        }

        return Path.Combine(_root, name);
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

    /// <summary>Illegal characters become <c>_</c>; blanks and dots at the ends go; at most 100 bytes (interop files 9.3).</summary>
    public static string MakeSafe(string name)
    {
        var text = new StringBuilder();
        var bytes = 0;
        foreach (var rune in name.Trim().Trim('.').Trim().EnumerateRunes())
        {
            var isIllegal = Rune.IsControl(rune) || (rune.IsBmp && Illegal.Contains((char)rune.Value));
            var safe = isIllegal ? new Rune('_') : rune;
            bytes += safe.Utf8SequenceLength;
            if (bytes > MostBytes)
                break;
            text.Append(safe);
        }

        var result = text.ToString().TrimEnd(' ', '.');
        if (result.Length == 0)
            return "unnamed_job";
        var stem = result.Split('.')[0].TrimEnd();
        return DeviceNames.Contains(stem) ? "_" + result : result;
    }
}
