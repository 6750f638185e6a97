using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Limits;
using RescaleInterlink.Sandbox.Rest;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>The sandbox's own endpoints, beneath <c>/sandbox/</c>.</summary>
internal sealed class ControlEndpoints(string path, TaskCompletionSource stop, RequestCounters api, RequestCounters s3, RequestCounters azure, RateLimits? limits)
{
    public void AddTo(Router router)
    {
        router.Add("GET", "/sandbox/", _ => ApiAnswer.Ok(new JsonObject
        {
            ["version"] = typeof(ControlEndpoints).Assembly.GetName().Version?.ToString(3),
            ["processId"] = Environment.ProcessId,
            ["path"] = path,
        }));
        router.Add("POST", "/sandbox/stop/", Stop);
        router.Add("GET", "/sandbox/requests/", _ => ApiAnswer.Ok(new JsonObject { ["api"] = api.View(), ["s3"] = s3.View(), ["azure"] = azure.View() }));
        router.Add("GET", "/sandbox/limits/", _ => ApiAnswer.Ok(limits?.View() ?? []));
        router.Add("DELETE", "/sandbox/requests/", _ =>
        {
            api.Reset();
            s3.Reset();
            azure.Reset();
            return ApiAnswer.NoContent;
        });
    }

    /// <summary>Answered before the end begins.</summary>
    private ApiAnswer Stop(ApiRequest request)
    {
        request.Http.Response.OnCompleted(() =>
        {
            stop.TrySetResult();
            return Task.CompletedTask;
        });
        return ApiAnswer.Accepted(new JsonObject());
    }
}
