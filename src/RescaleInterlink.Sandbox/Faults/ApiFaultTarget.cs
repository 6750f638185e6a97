using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Rest;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>The API listener: DRF bodies.</summary>
internal sealed class ApiFaultTarget(Action expireCredentials) : FaultTarget(FaultRule.Api)
{
    public override Task RefuseAsync(HttpContext http, FaultRule rule, int status)
    {
        SetRetryAfter(http, rule);
        string detail = rule.Code ?? (status == StatusCodes.Status429TooManyRequests
            ? ApiApplication.Throttled(rule.RetryAfterSeconds ?? 1)
            : "A fault was asked for.");
        return ApiApplication.WriteAsync(http, new ApiAnswer(status, new JsonObject { ["detail"] = detail }));
    }

    public override void ExpireCredentials() => expireCredentials();
}
