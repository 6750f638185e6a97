using System.Net.Http.Headers;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>Puts the key on requests to the platform, and refuses to let any other request pass.</summary>
internal sealed class AuthenticationHandler(Uri platform, ApiKey apiKey, HttpMessageHandler next) : DelegatingHandler(next)
{
    private static readonly MediaTypeWithQualityHeaderValue Json = new("application/json");

    private static readonly string Agent =
        "RescaleInterlink-PowerShell/" + (typeof(AuthenticationHandler).Assembly.GetName().Version?.ToString(3) ?? "0");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true } target || !IsPlatform(target))
            return Task.FromException<HttpResponseMessage>(new RescaleException(ErrorIds.PlatformNotAllowed, ErrorKind.Protocol, "A request to another host than the platform was refused.", "Check the address of the platform."));
        request.Headers.TryAddWithoutValidation("Authorization", apiKey.AuthorizationHeader);
        request.Headers.Accept.Add(Json);
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        return base.SendAsync(request, cancellationToken);
    }

    private bool IsPlatform(Uri target) => target.Scheme == platform.Scheme && target.Host == platform.Host && target.Port == platform.Port;
}
