namespace RescaleInterlink.Errors;

/// <summary>
/// The one exception family of the core. It carries behaviour, so that nobody has to search a message for words.
/// </summary>
/// <remarks>Messages never hold a secret: whoever creates one from server text passes it through
/// <see cref="Networking.Redaction"/> first. Control characters, which names on the platform may have, are escaped here.</remarks>
public class RescaleException : Exception
{
    public RescaleException(
        string errorId,
        ErrorKind kind,
        string message,
        string? recommendedAction = null,
        Exception? innerException = null)
        : base(ShownText.OneLine(message), innerException)
    {
        ErrorId = errorId;
        Kind = kind;
        RecommendedAction = recommendedAction ?? ErrorTable.Find(errorId)?.Action;
    }

    /// <summary>Stable identifier, one of <see cref="ErrorIds"/>; scripts may compare it.</summary>
    public string ErrorId { get; }

    public ErrorKind Kind { get; }

    /// <summary>One sentence that tells the user what to do next: the one that was given, else that of the <see cref="ErrorTable"/>.</summary>
    public string? RecommendedAction { get; }

    public ErrorBehavior Behavior { get; init; } = ErrorBehavior.Fatal;

    /// <summary>How long the server asked to be left alone, when it said so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>HTTP status, when the failure is a server's answer.</summary>
    public int? StatusCode { get; init; }
}
