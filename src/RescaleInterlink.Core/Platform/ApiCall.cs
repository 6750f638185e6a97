using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>One call of the API.</summary>
/// <param name="Path">From the first slash on, with its trailing slash and query; inserted ids are escaped.</param>
/// <param name="Subject">What the call is about, in words that fit "The platform does not know {Subject}".</param>
internal sealed record ApiCall(HttpMethod Method, string Path, CallPolicy Policy, string Subject)
{
    /// <summary>JSON; a POST without one has an empty body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>Error identifier of a 404.</summary>
    public string NotFoundId { get; init; } = ErrorIds.RequestRejected;

    /// <summary>Error identifier of a 409, where that status has a meaning of its own.</summary>
    public string? ConflictId { get; init; }
}
