using System.Globalization;
using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Rows of a job table that come down the pipeline.</summary>
internal static class JobRows
{
    /// <summary>
    /// Objects with the columns of a jobs CSV, read as its rows are, so that both report the same faults: row 1 is the
    /// header there, so the first object is row 2.
    /// </summary>
    /// <exception cref="RescaleException">JobTableInvalid.</exception>
    /// <param name="currentFolder">What relative directories start at: the session's folder, which is not the process's.</param>
    public static IReadOnlyList<JobRow> Of(IReadOnlyList<PSObject> objects, string currentFolder)
    {
        var records = objects.Select(item => item.Properties.Where(property => property.IsGettable)
            .ToDictionary(property => property.Name, property => (string?)Text(property.Value), StringComparer.OrdinalIgnoreCase));
        return JobTable.FromRecords(records, "the pipeline", currentFolder);
    }

    /// <summary>The directory with what lies in it, for a plan.</summary>
    public static string Describe(string? directory, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(directory))
            return "(none)";
        if (!Directory.Exists(directory))
            return $"{directory} (missing)";
        long bytes = 0;
        int files = 0;
        // Links are archived as links: neither what they lead to nor whether it is there counts.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles("*", options))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // It may have gone since it was listed.
            if (!file.Exists)
                continue;
            bytes += file.Length;
            files++;
        }

        return $"{directory} ({files} files, {HumanSize.Format(bytes)})";
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        PSObject wrapped when wrapped.BaseObject is not PSCustomObject => Text(wrapped.BaseObject),
        string text => text,
        object[] list => string.Join(',', list.Select(Text)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
