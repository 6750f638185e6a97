using System.Globalization;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>All that is wrong with a table, so that it can be mended in one go.</summary>
internal sealed class TableFaults(string sourceName)
{
    /// <summary>A column that is wrong is wrong in every row: nobody reads ten thousand of them.</summary>
    private const int MostShown = 50;

    private readonly SortedSet<(long Row, int Order, string Text)> _faults = [];

    public void Add(long row, string? column, string message)
    {
        var place = column is null ? "" : $", column '{column}'";
        _faults.Add((row, _faults.Count, string.Create(CultureInfo.InvariantCulture, $"row {row}{place}: {message}")));
    }

    /// <exception cref="RescaleException">JobTableInvalid when there is any fault.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count == 0)
            return;
        var count = _faults.Count == 1 ? "one fault" : string.Create(CultureInfo.InvariantCulture, $"{_faults.Count} faults");
        var rest = _faults.Count > MostShown ? string.Create(CultureInfo.InvariantCulture, $"; and {_faults.Count - MostShown} more") : "";
        throw new RescaleException(ErrorIds.JobTableInvalid, ErrorKind.InvalidInput,
            $"The jobs table '{sourceName}' has {count}: {string.Join("; ", _faults.Take(MostShown).Select(fault => fault.Text))}{rest}.",
            "Correct the named rows; rows are the lines of the file, the header is row 1.");
    }
}
