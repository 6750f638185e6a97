using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage;

/// <summary>What sockets, TLS and HttpClient throw, as errors with a behaviour.</summary>
internal static class StorageNetworkErrors
{
    /// <param name="what">What was being done, as the start of a sentence.</param>
    /// <returns>Null when this exception is not one of the network's.</returns>
    public static RescaleException? Translate(Exception failure, string what, string host) => failure switch
    {
        AuthenticationException => Certificate(failure, what, host),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException } =>
            Certificate(failure, what, host),
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } or HttpRequestException { StatusCode: HttpStatusCode.ProxyAuthenticationRequired } =>
            new RescaleException(ErrorIds.ProxyAuthenticationRequired, ErrorKind.Authentication,
                $"{what} failed: the proxy did not let the request to {host} through.", "Check the proxy's address, user name and password.", failure),
        HttpRequestException or IOException or SocketException or WebException or TimeoutException or OperationCanceledException =>
            new RescaleException(ErrorIds.StorageUnreachable, ErrorKind.Unreachable,
                $"{what} failed: the connection to {host} could not be made or broke ({Reason(failure)}).",
                "Check the network, then try again.", failure)
            { Behavior = ErrorBehavior.Retry },
        _ => null,
    };

    private static RescaleException Certificate(Exception failure, string what, string host) => new(
        ErrorIds.CertificateRejected, ErrorKind.Authentication,
        $"{what} failed: the certificate of {host} is not trusted.",
        "Check the address; if a company proxy inspects TLS, trust its certificate on this machine.", failure);

    private static string Reason(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException socket: return socket.SocketErrorCode.ToString();
                case HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request when cause.InnerException is null:
                    return request.HttpRequestError.ToString();
                case HttpIOException io: return io.HttpRequestError.ToString();
            }
        }

        return failure.GetType().Name;
    }
}
