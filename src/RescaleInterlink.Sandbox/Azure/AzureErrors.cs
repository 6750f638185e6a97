using System.Globalization;
using System.Security;
using System.Text;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>Answers with Azure's kind of error body ("Status and error codes" of its REST reference).</summary>
internal static class AzureErrors
{
    public const string AuthenticationFailed = "AuthenticationFailed";
    public const string InternalError = "InternalError";
    public const string ServerBusy = "ServerBusy";

    private const string AuthenticationMessage = "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.";

    /// <param name="detail">Said of a refused signature only.</param>
    public static async Task WriteAsync(HttpContext http, TimeProvider time, int status, string code, string message, string? detail = null)
    {
        string id = Guid.NewGuid().ToString();
        string when = time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        string more = detail is null ? "" : $"<AuthenticationErrorDetail>{SecurityElement.Escape(detail)}</AuthenticationErrorDetail>";
        byte[] body = Encoding.UTF8.GetBytes(
            $"""<?xml version="1.0" encoding="utf-8"?><Error><Code>{SecurityElement.Escape(code)}</Code><Message>{SecurityElement.Escape(message)}{"\n"}RequestId:{id}{"\n"}Time:{when}</Message>{more}</Error>""");
        http.Response.StatusCode = status;
        http.Response.Headers["x-ms-error-code"] = code;
        http.Response.Headers["x-ms-request-id"] = id;
        http.Response.ContentType = "application/xml";
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>As Azure answers a signature that has run out or been revoked.</summary>
    public static Task WriteExpiredAsync(HttpContext http, TimeProvider time, string detail)
        => WriteAsync(http, time, StatusCodes.Status403Forbidden, AuthenticationFailed, AuthenticationMessage, detail);
}
