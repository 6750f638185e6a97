using System.Net;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>The one table from an answer's status to an error.</summary>
internal static class ApiErrors
{
    /// <param name="call">What was asked, for the words of the message and the identifier of a 404.</param>
    /// <param name="said">The server's words, already redacted; may be empty.</param>
    public static RescaleException FromStatus(ApiCall call, HttpStatusCode status, string said, TimeSpan? retryAfter)
    {
        var code = (int)status;
        var quote = said.Length == 0 ? "." : $": {said}";
        RescaleException Make(string id, ErrorKind kind, string message, string action, ErrorBehavior behavior = ErrorBehavior.Fatal)
            => new(id, kind, message + quote, action) { StatusCode = code, Behavior = behavior, RetryAfter = retryAfter };

        return code switch
        {
            401 => Make(ErrorIds.ApiKeyRejected, ErrorKind.Authentication, "The platform rejected the API key", "Check the key and that it belongs to this platform, then connect again."),
            403 => Make(ErrorIds.PermissionDenied, ErrorKind.Permission, $"The platform does not permit this ({call.Subject})", "Ask the owner or an administrator of the workspace for access."),
            404 => Make(call.NotFoundId, ErrorKind.NotFound, $"The platform does not know {call.Subject}", "Check the identifier and that it belongs to this workspace."),
            407 => Make(ErrorIds.ProxyAuthenticationRequired, ErrorKind.Authentication, "A proxy asks for a user name and password", "Give the proxy's credentials."),
            408 => Make(ErrorIds.PlatformTimeout, ErrorKind.TimedOut, "The platform gave up waiting for the request", "Try again.", ErrorBehavior.Retry),
            409 when call.ConflictId is { } conflict => Make(conflict, ErrorKind.AlreadyExists, $"The platform already has {call.Subject}", "Use what is there, or give another name."),
            409 => Make(ErrorIds.RequestRejected, ErrorKind.AlreadyExists, $"The platform refused {call.Subject}", "Look at its present state on the platform; what the answer says may be done already."),
            429 => Make(ErrorIds.RateLimited, ErrorKind.RateLimited, "The platform's rate limit is used up", retryAfter is { } wait ? $"Wait {Math.Ceiling(wait.TotalSeconds):0} s, then try again." : "Wait a while, then try again.", ErrorBehavior.Wait),
            >= 300 and < 400 => Make(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform redirected the request ({code}); redirects are not followed", "Check the platform's address."),
            >= 400 and < 500 => Make(ErrorIds.RequestRejected, ErrorKind.InvalidInput, $"The platform refused {call.Subject} ({code})", "Correct what the answer names, then try again."),
            501 => Make(ErrorIds.PlatformFault, ErrorKind.ServerFault, $"The platform does not offer {call.Subject} (501)", "Do without it, or ask the platform's support."),
            >= 500 => Make(
                ErrorIds.PlatformFault,
                ErrorKind.ServerFault,
                $"The platform failed ({code}) at {call.Subject}",
                call.Policy.Repeat == RepeatRule.OnlyBeforeSending ? call.Policy.Uncertain.Action : "Try again later.",
                call.Policy.Repeat == RepeatRule.Always ? ErrorBehavior.Retry : ErrorBehavior.Fatal),
            _ => Make(ErrorIds.PlatformProtocol, ErrorKind.Protocol, $"The platform answered with an unexpected status {code}", "Check that the address is the platform's own and that no proxy answers in its place."),
        };
    }

    /// <summary>A fault as it is told to whoever is held back for it.</summary>
    public static RescaleException Fault(HttpRequestMessage request, HttpStatusCode status) => new(
        ErrorIds.PlatformFault, ErrorKind.ServerFault, $"{request.RequestUri!.GetLeftPart(UriPartial.Authority)} answered {(int)status}.", "Look at the platform's status page, and try again later.")
    {
        Behavior = ErrorBehavior.Retry,
        StatusCode = (int)status,
    };

    /// <summary>An identifier that would lead to another resource (empty, <c>.</c>, <c>..</c>): nothing is sent for it.</summary>
    public static RescaleException NoIdentifier(ApiCall call) => new(
        call.NotFoundId,
        ErrorKind.NotFound,
        $"The platform does not know {call.Subject}: no identifier looks like that.",
        "Check the identifier and that it belongs to this workspace.");

    /// <summary>An answer that is not what the API promises.</summary>
    public static RescaleException Protocol(ApiCall call, string what, Exception? inner = null) => new(
        ErrorIds.PlatformProtocol,
        ErrorKind.Protocol,
        $"The platform's answer about {call.Subject} cannot be used: {what}.",
        "Check that the address is the platform's own and that no proxy answers in its place.",
        inner);

    /// <summary>A job may or may not exist or run, a file may or may not be registered: only asking tells.</summary>
    public static RescaleException Uncertain(RescaleException cause, UncertainOutcome outcome) => new(
        outcome.ErrorId,
        ErrorKind.State,
        $"The request may have reached the platform, but its answer was lost: {cause.Message}",
        outcome.Action,
        cause)
    {
        StatusCode = cause.StatusCode,
    };
}
