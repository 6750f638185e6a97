using System.Globalization;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>Finds the rows of an earlier run in a table that has changed since.</summary>
internal static class TableChange
{
    /// <summary>What is known of each row by its new index. Earlier rows that the table has no longer follow with negative indexes: they are
    /// kept, so that a row that comes back is not run again.</summary>
    /// <exception cref="RescaleException">PipelineStateInvalid when rows of equal name and directory have become more or fewer: which is which is not known.</exception>
    public static IReadOnlyDictionary<int, RowState> Match(IEnumerable<RowState> earlier, IReadOnlyList<RowState> rows)
    {
        var groups = rows.GroupBy(static row => (row.JobName, row.Directory)).ToDictionary(static group => group.Key, static group => group.ToList());
        var result = new Dictionary<int, RowState>();
        var gone = 0;
        // Those of the last table first: what had been left out before that comes after them.
        foreach (var known in earlier.OrderBy(static row => row.Index < 0).ThenBy(static row => Math.Abs(row.Index)).GroupBy(static row => (row.JobName, row.Directory)))
        {
            var states = known.ToList();
            var now = groups.GetValueOrDefault(known.Key);
            if (now is not null && (now.Count > 1 || states.Count > 1) && now.Count != states.Count)
                throw new RescaleException(ErrorIds.PipelineStateInvalid, ErrorKind.State,
                    string.Create(CultureInfo.InvariantCulture, $"The table has {now.Count} rows named '{known.Key.JobName}' with the directory '{known.Key.Directory}', and the state tells of {states.Count}: which is which is not known. Nothing was sent."),
                    "Give the rows names of their own, or run this table with another state file.");
            for (var i = 0; i < states.Count; i++)
            {
                var index = now is null ? -++gone : now[i].Index;
                result.Add(index, states[i] with { Index = index });
            }
        }

        return result;
    }
}
