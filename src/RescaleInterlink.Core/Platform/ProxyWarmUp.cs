using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>One request without a key before the first call with one: what a proxy has to say is then not taken for the platform's answer, and
/// a proxy that asks each user once has done so (interop files 2).</summary>
internal static class ProxyWarmUp
{
    /// <summary>Interop API 9.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private const string Path = "/api/v3/";

    /// <summary>Any answer below 500 is good, a 401 too: the request has come through.</summary>
    /// <param name="transport">Stays open, with its connection.</param>
    /// <exception cref="RescaleException">ProxyAuthenticationRequired, ProxyUnreachable, ProxyRefused, PlatformFault, PlatformTimeout, ...</exception>
    public static async Task RunAsync(Uri platform, HttpMessageHandler transport, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var invoker = new HttpMessageInvoker(transport, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(platform, Path));
        try
        {
            using var response = await invoker.SendAsync(request, linked.Token).ConfigureAwait(false);
            // Read, so that the connection can be used again.
            await BoundedBody.ReadAsync(response.Content, BoundedBody.ErrorLimit, linked.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;
            if (status == 407)
                throw new RescaleException(ErrorIds.ProxyAuthenticationRequired, ErrorKind.Authentication, "A proxy asks for a user name and password (407).", "Give the proxy with -ProxyMode, -ProxyHost and -ProxyCredential.") { StatusCode = status };
            if (status >= 500)
            {
                throw new RescaleException(
                    ErrorIds.PlatformFault, ErrorKind.ServerFault, $"The way to {platform.Authority} is not open: the warm-up request was answered with {status}.",
                    "Try again later; a proxy in between may have answered in the platform's place.")
                {
                    StatusCode = status,
                    Behavior = ErrorBehavior.Retry,
                };
            }
        }
        catch (Exception e) when (e is not RescaleException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw TransportFailure.Describe(e, platform, 1);
        }
    }
}
