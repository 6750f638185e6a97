using System.Text;

namespace RescaleInterlink.Jobs;

/// <summary>How the folder of a job's outputs is called, whichever command makes it (interop files 9.3).</summary>
public static class JobFolderName
{
    private const int MostBytes = 100;
    private const int IdLength = 6;

    /// <summary>Characters that some file system refuses; control characters are added in the code.</summary>
    private const string Illegal = "/\\:*?\"<>|";

    private static readonly HashSet<string> DeviceNames = new(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(n => new[] { $"COM{n}", $"LPT{n}" })], StringComparer.OrdinalIgnoreCase);

    /// <summary><c>{JobName}_{first 6 of the id}</c>, for jobs that share a name.</summary>
    public static string WithId(string jobName, string jobId)
        => $"{MakeSafe(jobName)}_{MakeSafe(jobId[..Math.Min(IdLength, jobId.Length)])}";

    /// <summary>Illegal characters become <c>_</c>; blanks and dots at the ends go; at most 100 bytes.</summary>
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
