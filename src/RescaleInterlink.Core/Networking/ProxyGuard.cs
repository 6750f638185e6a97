using System.Net;

namespace RescaleInterlink.Networking;

/// <summary>
/// Stands before the sockets of a connection with a proxy. It tells a failure of the proxy from one of the server, signs on where .NET would
/// hang, and refuses what cannot pass.
/// </summary>
internal sealed class ProxyGuard(ProxyRoute route, HttpMessageHandler next) : DelegatingHandler(next)
{
    /// <summary>Most bytes of a body that is sent over plain http to a proxy with NTLM. The proxy answers 407 before it has read the body, .NET
    /// goes on sending it, and what no longer fits the buffers in between waits for ever.</summary>
    public const int LargestNtlmBody = 64 << 10;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.RequestUri!;
        if (route.GetProxy(target) is not { } proxy)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        // Only where the proxy itself reads the request; within a tunnel the header would go to the server.
        if (target.Scheme == Uri.UriSchemeHttp)
            PrepareUntunnelled(request, proxy);
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (ProxyErrors.Describe(failure, target, proxy, route, cancellationToken) is { } told)
        {
            throw told;
        }

        if (response.StatusCode != HttpStatusCode.ProxyAuthenticationRequired)
            return response;
        var offered = response.Headers.ProxyAuthenticate.Select(static challenge => challenge.Scheme).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        response.Dispose();
        throw ProxyErrors.SignOnRefused(proxy, route, offered, null);
    }

    private void PrepareUntunnelled(HttpRequestMessage request, Uri proxy)
    {
        // An attempt before this one may have left the last message of its own handshake.
        request.Headers.ProxyAuthorization = route.BasicHeader(proxy);
        if (request.Content is not { } body)
            return;
        var isLarge = body.Headers.ContentLength is null or > LargestNtlmBody;
        if (route.Settings.Mode != ProxyMode.Ntlm)
        {
            // Announced, so that a proxy that refuses the sign-on says so before the body is on its way.
            request.Headers.ExpectContinue = isLarge ? true : null;
            return;
        }

        if (isLarge)
            throw ProxyErrors.BodyTooLarge(proxy, request.RequestUri!);
        // The sign-on needs one connection, and .NET gives that up on which it has announced a body and not sent it. AWSSDK announces it.
        request.Headers.ExpectContinue = false;
    }
}
