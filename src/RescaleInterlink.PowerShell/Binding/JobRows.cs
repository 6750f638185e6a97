using System.Collections;
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
        => JobTable.FromRecords(Records(objects), "the pipeline", currentFolder);

    /// <summary>The same, with what is wrong beside the rows that can be read.</summary>
    public static (IReadOnlyList<JobRow> Rows, IReadOnlyList<TableFault> Faults) Inspect(IReadOnlyList<PSObject> objects, string currentFolder)
        => JobTable.InspectRecords(Records(objects), currentFolder);

    private static IEnumerable<Dictionary<string, string?>> Records(IReadOnlyList<PSObject> objects)
        => objects.Select(static item => item.Properties.Where(static property => property.IsGettable)
            .ToDictionary(static property => property.Name, static property => (string?)Text(property.Value), StringComparer.OrdinalIgnoreCase));

    private static string Text(object? value) => value switch
    {
        null => "",
        PSObject wrapped when wrapped.BaseObject is not PSCustomObject => Text(wrapped.BaseObject),
        string text => text,
        // A table of names and values is no list of cells.
        IEnumerable list and not IDictionary => string.Join(',', list.Cast<object?>().Select(Text)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
