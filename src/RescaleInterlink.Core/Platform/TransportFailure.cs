using System.Security.Authentication;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Platform;

/// <summary>What a failure of the connection means, decided by type and code alone.</summary>
internal static class TransportFailure
{
    /// <param name="attempts">How often the call has been tried, for the message.</param>
    /// <param name="heldBack">How many more attempts there would have been, had the host not been left alone.</param>
    public static RescaleException Describe(Exception failure, Uri target, int attempts, int heldBack = 0)
    {
        var place = target.GetLeftPart(UriPartial.Authority);
        var tried = attempts > 1 || heldBack > 0 ? $" ({attempts} attempts{(heldBack > 0 ? $", {heldBack} more held back" : "")})" : "";
        return failure switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when Causes.Find<AuthenticationException>(failure) is not null
                => new RescaleException(
                    ErrorIds.CertificateRejected,
                    ErrorKind.Protocol,
                    $"No secure connection to {place}: its certificate is not trusted or no common TLS version was found.",
                    "Check the address and the clock, and whether a proxy in between uses a certificate of its own.",
                    failure),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
                => Unreachable(place, SocketWords.UnknownName, tried, failure),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError }
                => Unreachable(place, SocketWords.Of(failure), tried, failure),
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded }
                => new RescaleException(
                    ErrorIds.PlatformProtocol,
                    ErrorKind.Protocol,
                    $"{place} does not answer as an HTTP server{tried}.",
                    "Check the address and the port.",
                    failure),
            HttpRequestException or IOException
                => new RescaleException(
                    ErrorIds.PlatformUnreachable,
                    ErrorKind.Unreachable,
                    $"The connection to {place} broke before the answer was complete{tried}.",
                    "Check the network and try again.",
                    failure)
                {
                    Behavior = ErrorBehavior.Retry,
                },
            OperationCanceledException or TimeoutException
                => new RescaleException(
                    ErrorIds.PlatformTimeout,
                    ErrorKind.TimedOut,
                    $"{place} did not answer in time{tried}.",
                    "Check the network and try again.",
                    failure)
                {
                    Behavior = ErrorBehavior.Retry,
                },
            _ => new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The request to {place} failed: {failure.GetType().Name}.", "Check the address, then try again.", failure),
        };
    }

    private static RescaleException Unreachable(string place, string reason, string tried, Exception failure) => new(
        ErrorIds.PlatformUnreachable,
        ErrorKind.Unreachable,
        $"{place} cannot be reached: {reason}{tried}.",
        "Check the address, that the network is up, and that the platform or sandbox is running.",
        failure)
    {
        Behavior = ErrorBehavior.Retry,
    };
}
