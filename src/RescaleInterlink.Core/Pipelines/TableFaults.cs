using System.Globalization;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <param name="Row">Line of the file; the header is row 1, and the first of some objects row 2.</param>
/// <param name="Column">Null when it is the row as a whole.</param>
public sealed record TableFault(long Row, string? Column, string Message)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"row {Row}{(Column is null ? "" : $", column '{Column}'")}: {Message}");
}

/// <summary>All that is wrong with a table, so that it can be mended in one go.</summary>
internal sealed class TableFaults(string sourceName)
{
    /// <summary>A column that is wrong is wrong in every row: nobody reads ten thousand of them.</summary>
    private const int MostShown = 50;

    private readonly SortedSet<(long Row, int Order, TableFault Fault)> _faults = new(Comparer<(long Row, int Order, TableFault Fault)>.Create(
        static (x, y) => x.Row != y.Row ? x.Row.CompareTo(y.Row) : x.Order.CompareTo(y.Order)));

    /// <summary>By row, then as they were found.</summary>
    public IReadOnlyList<TableFault> All => [.. _faults.Select(static fault => fault.Fault)];

    public void Add(long row, string? column, string message) => _faults.Add((row, _faults.Count, new TableFault(row, column, message)));

    /// <exception cref="RescaleException">JobTableInvalid when there is any fault.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count == 0)
            return;
        var count = _faults.Count == 1 ? "one fault" : string.Create(CultureInfo.InvariantCulture, $"{_faults.Count} faults");
        var rest = _faults.Count > MostShown ? string.Create(CultureInfo.InvariantCulture, $"; and {_faults.Count - MostShown} more") : "";
        throw new RescaleException(ErrorIds.JobTableInvalid, ErrorKind.InvalidInput,
            $"The jobs table '{sourceName}' has {count}: {string.Join("; ", _faults.Take(MostShown).Select(static fault => fault.Fault))}{rest}.",
            "Correct the named rows; rows are the lines of the file, the header is row 1.");
    }
}
