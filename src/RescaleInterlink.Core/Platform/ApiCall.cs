using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>One call of the API.</summary>
/// <param name="Path">From the first slash on, with its trailing slash and query; inserted ids are escaped.</param>
/// <param name="Subject">What the call is about, in words that fit "The platform does not know {Subject}".</param>
internal sealed record ApiCall(HttpMethod Method, string Path, CallPolicy Policy, string Subject)
{
    /// <summary>Names and identifiers may be a megabyte long; a message is not.</summary>
    private const int MostShown = 300;

    private readonly string _subject = Cut(Subject);

    /// <summary>What the call is about, cut to a length that fits a message.</summary>
    public string Subject
    {
        get => _subject;
        init => _subject = Cut(value);
    }

    /// <summary>JSON; a POST without one has an empty body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The part of a long answer that is wanted; null: all of it.</summary>
    public BytePiece? Piece { get; init; }

    /// <summary>Error identifier of a 404.</summary>
    public string NotFoundId { get; init; } = ErrorIds.RequestRejected;

    /// <summary>Error identifier of a 409, where that status has a meaning of its own.</summary>
    public string? ConflictId { get; init; }

    private static string Cut(string text) => text.Length <= MostShown ? text : string.Concat(text.AsSpan(0, MostShown), "...");
}
