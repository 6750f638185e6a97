namespace RescaleInterlink.PowerShell.Binding;

/// <summary>How specifications stand in a file (interop files 4.1 and 4.2).</summary>
public enum JobFileFormat
{
    /// <summary>JSON with the names of the jobs table's columns.</summary>
    Json,

    /// <summary>JSON with the names of the Go tool's templates.</summary>
    Template,

    /// <summary>The body of the API that creates the job.</summary>
    Api,

    /// <summary>A jobs table.</summary>
    Csv,
}

internal static class JobFileFormats
{
    public static JobFileFormat Of(string path)
        => path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? JobFileFormat.Csv : JobFileFormat.Json;
}
