using System.Security;
using System.Text;
using RescaleInterlink.Sandbox.Objects;
using RescaleInterlink.Sandbox.S3;
using RescaleInterlink.Sandbox.Streams;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>The S3 listener: operations, XML bodies, objects.</summary>
internal sealed class S3FaultTarget(S3Options options, Action expireCredentials, ObjectRepository objects) : FaultTarget(FaultRule.S3)
{
    public override string Operation(HttpContext http) => S3Request.ResolveOperation(http.Request, options);

    public override async Task RefuseAsync(HttpContext http, FaultRule rule, int status)
    {
        SetRetryAfter(http, rule);
        string code = rule.Code ?? (status is >= 500 and not StatusCodes.Status503ServiceUnavailable || status < 400 ? "InternalError" : "SlowDown");
        byte[] body = Encoding.UTF8.GetBytes(
            $"""<?xml version="1.0" encoding="UTF-8"?>{"\n"}<Error><Code>{SecurityElement.Escape(code)}</Code><Message>A fault was asked for.</Message><Resource>{SecurityElement.Escape(http.Request.Path)}</Resource><RequestId>FAULT</RequestId></Error>""");
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/xml";
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    public override void ExpireCredentials() => expireCredentials();

    /// <summary>Every byte turned over, so that any range shows it; the metadata stay.</summary>
    public override async Task ChangeObjectAsync(HttpContext http)
    {
        var request = S3Request.Parse(http.Request, options);
        if (objects.Find(request.Bucket, request.Key) is not { } stored)
            return;
        await using var changed = new InvertedStream(objects.OpenRead(stored));
        await objects.PutAsync(request.Bucket, request.Key, changed, stored.Metadata, http.RequestAborted);
    }
}
