namespace RescaleInterlink.Networking;

/// <summary>
/// Takes the address out of a redirect. This handler follows none, but AWSSDK answers a 307 by signing the request anew for whatever host the
/// address names, with the session token and the body; without an address the redirect is an error like any other.
/// </summary>
internal sealed class RedirectGuard(HttpMessageHandler next) : DelegatingHandler(next)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if ((int)response.StatusCode is >= 300 and < 400)
            response.Headers.Remove("Location");
        return response;
    }
}
