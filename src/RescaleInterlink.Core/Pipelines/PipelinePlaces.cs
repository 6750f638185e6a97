namespace RescaleInterlink.Pipelines;

/// <summary>Where the files of a run lie when nobody says.</summary>
public static class PipelinePlaces
{
    private const string StateEnd = ".state";

    /// <summary><c>{table}.state.csv</c> beside the table, or <c>pipeline.state.csv</c> in the folder.</summary>
    /// <param name="table">Full path; null for rows that are in no file.</param>
    /// <param name="usesExistingFiles">A run of files that are there already is another run than the one that uploads them: <c>.existing.state.csv</c>.</param>
    public static string StateOf(string? table, string folder, bool usesExistingFiles)
        => Path.Combine(
            table is null ? folder : Path.GetDirectoryName(table)!,
            (table is null ? "pipeline" : Path.GetFileNameWithoutExtension(table)) + (usesExistingFiles ? ".existing" : "") + StateEnd + ".csv");

    /// <summary><c>{name}.failed.csv</c> beside <c>{name}.state.csv</c>, or beside a state of any other name.</summary>
    /// <param name="statePath">Full path.</param>
    public static string FailuresOf(string statePath)
    {
        var name = Path.GetFileNameWithoutExtension(statePath);
        if (name.EndsWith(StateEnd, StringComparison.OrdinalIgnoreCase) && name.Length > StateEnd.Length)
            name = name[..^StateEnd.Length];
        return Path.Combine(Path.GetDirectoryName(statePath)!, name + ".failed.csv");
    }
}
