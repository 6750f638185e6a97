using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines;

/// <summary>The files that a run keeps besides its state.</summary>
internal static class RunFiles
{
    private static readonly StringComparison Paths = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <exception cref="RescaleException">TransferOptionInvalid when the place is that of the state.</exception>
    public static void RequireOwnPlace(string path, string statePath, string what)
    {
        foreach (var taken in new[] { statePath, PipelineJournal.GetPath(statePath), statePath + ".lock", statePath + ".tmp" })
            if (string.Equals(Path.GetFullPath(path), Path.GetFullPath(taken), Paths))
                throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput,
                    $"The {what} cannot be '{path}': the pipeline's state lies there. Nothing was sent.", "Give another path.");
    }
}
