namespace RescaleInterlink.Library;

/// <summary>How a file is uploaded.</summary>
public sealed record UploadOptions
{
    /// <summary>Begin anew, keep nothing to continue with, and clean up after a stop too.</summary>
    public bool NoResume { get; init; }

    /// <summary>Set on the file once it is registered. They are kept with what an interrupted upload is continued from.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Write the format that every client can read (v0): the same bytes, other metadata.</summary>
    public bool PreEncrypt { get; init; }

    /// <summary>Told why a transfer that had begun is not continued but begun anew. Called from any thread.</summary>
    public Action<string>? OnNotice { get; init; }

    /// <summary>Told that an earlier run is continued, before the first byte travels: plaintext bytes that need not travel again, and
    /// those of the whole, or null when their number shows only at the end. Called from any thread.</summary>
    public Action<long, long?>? OnContinued { get; init; }
}

/// <summary>How a file is downloaded.</summary>
public sealed record DownloadOptions
{
    /// <summary>Replace an existing file, at the moment the new one is whole and verified.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Keep what does not meet the record's SHA-512, and say so in the result.</summary>
    public bool AllowMismatch { get; init; }

    /// <summary>Begin anew, keep nothing to continue with, and clean up after a stop too.</summary>
    public bool NoResume { get; init; }

    /// <summary>Told why a transfer that had begun is not continued but begun anew. Called from any thread.</summary>
    public Action<string>? OnNotice { get; init; }

    /// <summary>Told that an earlier run is continued, before the first byte travels: plaintext bytes that need not travel again, and
    /// those of the whole. Called from any thread.</summary>
    public Action<long, long?>? OnContinued { get; init; }
}
