using System.Net.Sockets;
using System.Security.Authentication;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>What a failure of the connection means, decided by type and code alone.</summary>
internal static class TransportFailure
{
    /// <param name="attempts">How often the call has been tried, for the message.</param>
    public static RescaleException Describe(Exception failure, Uri target, int attempts)
    {
        var place = target.GetLeftPart(UriPartial.Authority);
        var tried = attempts > 1 ? $" ({attempts} attempts)" : "";
        return failure switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when Find<AuthenticationException>(failure) is not null
                => new RescaleException(
                    ErrorIds.CertificateRejected,
                    ErrorKind.Protocol,
                    $"No secure connection to {place}: its certificate is not trusted or no common TLS version was found.",
                    "Check the address and the clock, and whether a proxy in between uses a certificate of its own.",
                    failure),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
                => Unreachable(place, "its name is not known to the name server", tried, failure),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError }
                => Unreachable(place, Find<SocketException>(failure) is { } socket ? Words(socket.SocketErrorCode) : "no connection", tried, failure),
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError }
                => Unreachable(place, "the proxy refused the connection", tried, failure),
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

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "the connection was refused",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name is not known to the name server",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown => "there is no route to it",
        SocketError.TimedOut => "it did not answer",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => "the connection was reset",
        _ => error.ToString(),
    };

    private static T? Find<T>(Exception? failure)
        where T : Exception
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is T found)
                return found;
        }

        return null;
    }
}
