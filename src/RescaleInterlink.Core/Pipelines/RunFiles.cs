using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>The files that a run keeps besides its state.</summary>
internal static class RunFiles
{
    private static readonly StringComparison Paths = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>To begin anew replaces the state of a run, of whichever tool; a table or a letter in its place was named by mistake.</summary>
    /// <exception cref="RescaleException">PipelineStateInvalid.</exception>
    public static void RequireStatePlace(string statePath, ExistingState existing)
    {
        if (Directory.Exists(statePath))
            throw new RescaleException(ErrorIds.PipelineStateInvalid, ErrorKind.State, $"The pipeline's state cannot be '{statePath}': it is a folder. Nothing was sent.", "Give the path of a file.");
        if (existing == ExistingState.Replace && !File.Exists(PipelineJournal.GetPath(statePath)) && !PipelineStateReader.MayBeState(statePath))
            throw new RescaleException(ErrorIds.PipelineStateInvalid, ErrorKind.State,
                $"The pipeline's state cannot be '{statePath}': another file lies there. Nothing was sent.", "Give another state file.");
    }

    /// <summary>A file that the run writes, or keeps to itself, while it would be archived with the folder.</summary>
    /// <returns>Its path, or null.</returns>
    public static string? FindInside(string folder, PipelineOptions options)
    {
        var takes = options.Archive.MakeFilter();
        string?[] written = [.. Places(options.StatePath), options.LogPath, options.LogPath is null ? null : options.LogPath + ".lock"];
        return written.OfType<string>().Select(Path.GetFullPath)
            .FirstOrDefault(path => PipelinePlan.IsInside(Path.GetDirectoryName(path)!, folder) && takes(Path.GetFileName(path)));
    }

    /// <exception cref="RescaleException">TransferOptionInvalid when the place is that of the state.</exception>
    public static void RequireOwnPlace(string path, string statePath, string what)
    {
        foreach (var taken in Places(statePath))
            if (string.Equals(Path.GetFullPath(path), Path.GetFullPath(taken), Paths))
                throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput,
                    $"The {what} cannot be '{path}': the pipeline's state lies there. Nothing was sent.", "Give another path.");
    }

    /// <summary>All files that belong to the state.</summary>
    private static string[] Places(string statePath) => [statePath, PipelineJournal.GetPath(statePath), PipelineJournal.GetLockPath(statePath), statePath + ".tmp"];
}
