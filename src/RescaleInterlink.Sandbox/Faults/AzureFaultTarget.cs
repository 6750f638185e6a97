using RescaleInterlink.Sandbox.Azure;
using RescaleInterlink.Sandbox.Storage;
using RescaleInterlink.Sandbox.Streams;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>The Azure listener: operations, XML bodies with <c>x-ms-error-code</c>, blobs.</summary>
internal sealed class AzureFaultTarget(IObjectStorage blobs, Action expireCredentials, TimeProvider time) : FaultTarget(FaultRule.Azure)
{
    public override string Operation(HttpContext http) => AzureOperation.Resolve(http.Request, AzureTarget.Of(http));

    public override Task RefuseAsync(HttpContext http, FaultRule rule, int status)
    {
        SetRetryAfter(http, rule);
        string code = rule.Code ?? status switch
        {
            StatusCodes.Status403Forbidden => AzureErrors.AuthenticationFailed,
            StatusCodes.Status404NotFound => "BlobNotFound",
            StatusCodes.Status412PreconditionFailed => "ConditionNotMet",
            StatusCodes.Status503ServiceUnavailable => AzureErrors.ServerBusy,
            _ => AzureErrors.InternalError,
        };
        return AzureErrors.WriteAsync(http, time, status, code, "A fault was asked for.");
    }

    public override void ExpireCredentials() => expireCredentials();

    /// <summary>Every byte turned over; the metadata stay.</summary>
    public override async Task ChangeObjectAsync(HttpContext http)
    {
        var target = AzureTarget.Of(http);
        if (target.Path.Length == 0 || await blobs.OpenAsync(target.Container, target.Path, http.RequestAborted) is not { } stored)
            return;
        await using var changed = new InvertedStream(stored.Content);
        await blobs.PutAsync(target.Container, target.Path, changed, stored.Metadata, http.RequestAborted);
    }
}
