namespace RescaleInterlink.Networking;

/// <summary>
/// Takes the address out of a redirect. The sockets follow none, but AWSSDK on its own sends the request, with the session token and the body,
/// to the address of a 307 that looks like one of S3, and stumbles over any other in a way that is taken for a broken answer. Without an address
/// the redirect is an error like any other, and final.
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
