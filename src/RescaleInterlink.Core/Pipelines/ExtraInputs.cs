using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Pipelines;

/// <summary>Input files that every job of a run gets besides its own.</summary>
public sealed record ExtraInputs
{
    public static ExtraInputs None { get; } = new();

    /// <summary>Full paths of local files, each of which is uploaded once for the whole run.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Files that the platform has.</summary>
    public IReadOnlyList<string> FileIds { get; init; } = [];

    /// <summary>Unpack those that are archives where the job runs.</summary>
    public bool Decompress { get; init; }

    public bool IsEmpty => Files.Count == 0 && FileIds.Count == 0;

    /// <summary>In words, empty when there are none: two that are equal here give the jobs the same files.</summary>
    public string Describe() => IsEmpty
        ? ""
        : string.Join(' ', Files.Concat(FileIds).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(static text => $"'{text}'"))
            + (Decompress ? ", unpacked" : "");

    /// <exception cref="RescaleException">SourceNotFound or SourceIsDirectory: one of the local files is none.</exception>
    internal void Require()
    {
        foreach (var path in Files)
            using (new LocalFileSource(path))
            {
            }
    }
}
