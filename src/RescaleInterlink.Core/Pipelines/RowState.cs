using System.Text.Json.Serialization;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Pipelines;

/// <summary>The four words of the state CSV.</summary>
internal enum StageStatus { Pending, Success, Failed, Skipped }

/// <summary>All that is known of one row; a line of the journal is one of these.</summary>
internal sealed record RowState
{
    public required int Index { get; init; }
    public required string JobName { get; init; }
    public required string Directory { get; init; }
    /// <summary>Where a kept archive lies; one that is not asked for is only streamed.</summary>
    public string TarPath { get; init; } = "";
    public StageStatus TarStatus { get; init; }
    public string? FileId { get; init; }
    public StageStatus UploadStatus { get; init; }
    /// <summary>The creation has begun and is not finished: the job may exist without an id here, or lack tags and project.</summary>
    public bool Creating { get; init; }
    /// <summary>By what the job is known that is being created; null when none is, and in journals of versions without marks.</summary>
    public JobMark? Mark { get; init; }
    public string? JobId { get; init; }
    /// <summary>The files that the job has besides its archive, by id, with commas; as far as its creation was sent.</summary>
    public string? ExtraFileIds { get; init; }
    public StageStatus SubmitStatus { get; init; }
    public string? JobStatus { get; init; }
    public string? Reason { get; init; }
    public string? Destination { get; init; }
    /// <summary>Destination of the failed job in whose place the row has another.</summary>
    public string? FormerDestination { get; init; }
    /// <summary>Nothing is left to do for the row, whether it succeeded or not.</summary>
    public bool Ended { get; init; }
    public string? ErrorId { get; init; }
    public string? ErrorMessage { get; init; }
    public DateTimeOffset LastUpdated { get; init; }
}

/// <summary>The journal's first line.</summary>
/// <param name="Table">Hash of the rows' names and directories.</param>
/// <param name="Archive">What is special about its archives, in words; null for nothing.</param>
/// <param name="Extras">The files that all jobs get, in words; null for none.</param>
internal sealed record JournalHeader(int Version, string Table, int Rows, string? Archive = null, string? Extras = null);

/// <summary>A local file that all jobs get, as it was when it was sent; a line of the journal, too. Its first property tells it from a row.</summary>
/// <param name="ExtraPath">Full path.</param>
internal sealed record SentExtra(string ExtraPath, long? Length, string? Stamp, string FileId);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(RowState))]
[JsonSerializable(typeof(JournalHeader))]
[JsonSerializable(typeof(SentExtra))]
internal sealed partial class JournalJson : JsonSerializerContext;
