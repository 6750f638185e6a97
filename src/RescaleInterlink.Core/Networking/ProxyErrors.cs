using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Networking;

/// <summary>What goes wrong at a proxy, as errors that name it (host and port, never a user or password).</summary>
internal static partial class ProxyErrors
{
    private const string AskTheNetworkTeam = "Ask the network team whether this host is allowed and which proxy to use; about_RescaleNetwork says what to send them.";

    /// <returns>Null when it was not the proxy's doing.</returns>
    public static RescaleException? Describe(Exception failure, Uri target, Uri proxy, ProxyRoute route, CancellationToken cancellationToken) => failure switch
    {
        RescaleException => null,
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } refused => FromTunnel(refused, target, proxy, route),
        // With a proxy every socket leads to it, and every name that is looked up is its own.
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => Unreachable(proxy, SocketWords.UnknownName, failure),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or SocketException => Unreachable(proxy, SocketWords.Of(failure), failure),
        HttpRequestException { HttpRequestError: HttpRequestError.UserAuthenticationError } => new RescaleException(
            ErrorIds.ProxyRefused, ErrorKind.Unreachable, $"The proxy {Name(proxy)} broke off the sign-on.", "Try again; if it stays so, ask the network team.", failure)
        {
            Behavior = ErrorBehavior.Retry,
        },
        OperationCanceledException { InnerException: TimeoutException } when !cancellationToken.IsCancellationRequested
            => Unreachable(proxy, "it did not answer in time", failure),
        // .NET's own NTLM stumbles over the second challenge that follows a wrong password, and its Negotiate over one it cannot meet.
        ArgumentException or AuthenticationException or Win32Exception when route.Settings.Mode == ProxyMode.Ntlm => SignOnRefused(proxy, route, [], failure),
        _ => null,
    };

    /// <param name="offered">Schemes that the proxy takes, as far as they are known.</param>
    public static RescaleException SignOnRefused(Uri proxy, ProxyRoute route, IReadOnlyList<string> offered, Exception? failure)
    {
        var schemes = offered.Where(static scheme => scheme.Length <= 20 && scheme.All(char.IsAsciiLetterOrDigit)).ToList();
        var takes = schemes.Count == 0 ? "" : $" It takes {string.Join(", ", schemes)}.";
        return new RescaleException(
            ErrorIds.ProxyAuthenticationRequired,
            ErrorKind.Authentication,
            (route.HasCredentials ? $"The proxy {Name(proxy)} does not accept the sign-on (407)." : $"The proxy {Name(proxy)} asks for a user name and password (407).") + takes,
            ActionFor(route),
            failure)
        {
            StatusCode = 407,
        };
    }

    public static RescaleException BodyTooLarge(Uri proxy, Uri target) => new(
        ErrorIds.ProxyRefused,
        ErrorKind.Protocol,
        $"A request of more than {ProxyGuard.LargestNtlmBody >> 10} KiB cannot pass the proxy {Name(proxy)} with NTLM over plain http to {target.Authority}.",
        $"Use https (for a sandbox: Start-RescaleSandbox -Https), or go past the proxy with -NoProxy {target.Host}.");

    private static RescaleException FromTunnel(HttpRequestException refused, Uri target, Uri proxy, ProxyRoute route)
    {
        var status = StatusOf(refused);
        if (status == (int)HttpStatusCode.ProxyAuthenticationRequired)
            return SignOnRefused(proxy, route, [], refused);
        var place = $"{target.IdnHost}:{target.Port}";
        return status switch
        {
            null => new RescaleException(ErrorIds.ProxyRefused, ErrorKind.Unreachable, $"The proxy {Name(proxy)} made no connection to {place}.", AskTheNetworkTeam, refused) { Behavior = ErrorBehavior.Retry },
            >= 500 => new RescaleException(ErrorIds.ProxyRefused, ErrorKind.Unreachable, $"The proxy {Name(proxy)} could not connect to {place} ({status}).", "Try again later; if it stays so, ask the network team.", refused)
            {
                Behavior = ErrorBehavior.Retry,
                StatusCode = status,
            },
            // Not a matter of the user's permissions on the platform: what has been sent is kept until the way is free.
            _ => new RescaleException(ErrorIds.ProxyRefused, ErrorKind.Unreachable, $"The proxy {Name(proxy)} does not allow a connection to {place} ({status}).", AskTheNetworkTeam, refused) { StatusCode = status },
        };
    }

    private static RescaleException Unreachable(Uri proxy, string reason, Exception failure) => new(
        ErrorIds.ProxyUnreachable,
        ErrorKind.Unreachable,
        $"The proxy {Name(proxy)} cannot be reached: {reason}.",
        "Check the proxy's name and port and that this machine is in the network it belongs to; outside of it use -ProxyMode None.",
        failure)
    {
        Behavior = ErrorBehavior.Retry,
    };

    private static string ActionFor(ProxyRoute route) => route.Settings.Mode switch
    {
        ProxyMode.System => "Give -ProxyCredential; if the proxy wants NTLM, use -ProxyMode Ntlm with -ProxyHost, -ProxyPort and -ProxyCredential.",
        ProxyMode.Basic => "Check the user name and password of -ProxyCredential; if the proxy does not take Basic, use -ProxyMode Ntlm.",
        _ => "Check user name, domain and password of -ProxyCredential (DOMAIN\\user); if they are right, try in a new PowerShell, and see 'NTLM' in about_RescaleNetwork.",
    };

    private static string Name(Uri proxy) => $"{proxy.Host}:{proxy.Port}";

    /// <summary>.NET 8 gives the status of a refused tunnel in its message only, .NET 10 also as a property.</summary>
    private static int? StatusOf(HttpRequestException refused)
    {
        if (refused.StatusCode is { } status)
            return (int)status;
        return StatusAtTheEnd().Match(refused.Message) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"'([1-5][0-9][0-9])'\.?\z", RegexOptions.CultureInvariant)]
    private static partial Regex StatusAtTheEnd();
}
