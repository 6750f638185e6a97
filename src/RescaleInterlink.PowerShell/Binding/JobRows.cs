using System.Globalization;
using System.Management.Automation;
using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>Rows of a job table that come down the pipeline.</summary>
internal static class JobRows
{
    /// <summary>Relative directories of a file are relative to the file's own folder.</summary>
    /// <summary>Objects with the columns of a jobs CSV. They go through the same reader as a file, so that both know the
    /// same columns and report the same faults: row 1 is the header there, so the first object is row 2.</summary>
    /// <exception cref="RescaleException">JobTableInvalid.</exception>
    /// <param name="currentFolder">What relative directories start at: the session's folder, which is not the process's.</param>
    public static IReadOnlyList<JobRow> Of(IReadOnlyList<PSObject> objects, string currentFolder)
    {
        string[] columns = [.. objects.SelectMany(item => item.Properties).Where(property => property.IsGettable)
            .Select(property => property.Name).Distinct(StringComparer.OrdinalIgnoreCase)];
        var text = new StringBuilder();
        text.AppendJoin(',', columns.Select(Quote)).Append('\n');
        foreach (PSObject item in objects)
            text.AppendJoin(',', columns.Select(column => Quote(Text(item.Properties[column]?.Value)))).Append('\n');
        using var reader = new StringReader(text.ToString());
        return JobTable.Read(reader, "the pipeline", currentFolder);
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

    private static string Quote(string field) => '"' + field.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
