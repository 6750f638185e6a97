using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>Stands before a listener's application and does to each exchange what the plan says.</summary>
internal sealed class FaultInjector(FaultPlan plan, FaultTarget target, TimeProvider time, Hosting.FileLog log, RequestDelegate next)
{
    private const int DefaultExtraBytes = 16;

    private static readonly byte[] Page = "<!DOCTYPE html><title>OK</title>"u8.ToArray();

    public async Task HandleAsync(HttpContext http)
    {
        string? operation = target.Operation(http);
        string path = http.Request.Path.Value ?? "/";
        // The way to the plan itself stays open.
        bool isControl = target.Name == FaultRule.Api && path.StartsWith("/sandbox/", StringComparison.Ordinal);
        if (isControl || plan.Choose(target.Name, http.Request.Method, path, operation) is not { } rule)
        {
            await next(http);
            return;
        }

        log.Note($"fault {rule.Fault} on {http.Request.Method} {path} {operation}");
        try
        {
            await ApplyAsync(rule, http);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client gave up, or was made to: there is nobody to answer.
        }
    }

    private async Task ApplyAsync(FaultRule rule, HttpContext http)
    {
        var wire = new Wire(http);
        switch (rule.Fault)
        {
            case FaultKind.Latency:
                await Task.Delay(rule.Duration ?? TimeSpan.Zero, time, http.RequestAborted);
                await next(http);
                break;
            case FaultKind.Status:
                await DrainAsync(http);
                await target.RefuseAsync(http, rule, rule.Status);
                break;
            case FaultKind.OkWithError:
                await DrainAsync(http);
                await target.RefuseAsync(http, rule, StatusCodes.Status200OK);
                break;
            case FaultKind.ResetBefore:
                wire.Reset();
                break;
            case FaultKind.ResetAfter when HasBody(http):
                await DrainAsync(http);
                wire.Reset();
                break;
            case FaultKind.ResetAfter:
                await AnswerAsync(http, wire, limit: null, () => End(wire.Reset));
                break;
            case FaultKind.ResetDuring when HasBody(http):
                await CutRequestAsync(http, rule.AfterBytes, () =>
                {
                    wire.Reset();
                    throw new ConnectionResetException("The fault plan reset the connection.");
                });
                break;
            case FaultKind.ResetDuring:
                await AnswerAsync(http, wire, length => rule.AfterBytes ?? length / 2, () => End(wire.Reset));
                break;
            case FaultKind.Stall:
                await StallAsync(http, wire, rule);
                break;
            case FaultKind.Truncate:
                await AnswerAsync(http, wire, length => rule.AfterBytes ?? length / 2, () => CloseAsync(wire));
                break;
            case FaultKind.Oversize:
                await AnswerAsync(http, wire, limit: null, async () =>
                {
                    await wire.WriteAsync(new byte[rule.AfterBytes ?? DefaultExtraBytes]);
                    return await CloseAsync(wire);
                });
                break;
            case FaultKind.LoseReply:
                http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
                await next(http);
                wire.Reset();
                break;
            case FaultKind.GarbleReply:
                await GarbleAsync(http);
                break;
            case FaultKind.ExpireCredentials:
                target.ExpireCredentials();
                await next(http);
                break;
            case FaultKind.ObjectChanged:
                await target.ChangeObjectAsync(http);
                await next(http);
                break;
            default:
                throw new InvalidOperationException($"Unknown fault {rule.Fault}.");
        }
    }

    /// <summary>Without a place in the body: before anything is done.</summary>
    private async Task StallAsync(HttpContext http, Wire wire, FaultRule rule)
    {
        if (rule.AfterBytes is not > 0)
        {
            await SilenceAsync(http, rule);
            await next(http);
        }
        else if (HasBody(http))
        {
            await CutRequestAsync(http, rule.AfterBytes, () => SilenceAsync(http, rule));
        }
        else
        {
            // Before the last byte at the latest: a client that has the whole answer would send its next request into the silence.
            await AnswerAsync(http, wire, length => Math.Min(rule.AfterBytes.Value, Math.Max(0, length - 1)), async () =>
            {
                await SilenceAsync(http, rule);
                return true;
            });
        }
    }

    /// <summary>Ends by an exception when the client has had enough.</summary>
    private Task SilenceAsync(HttpContext http, FaultRule rule)
        => Task.Delay(rule.Duration ?? Timeout.InfiniteTimeSpan, time, http.RequestAborted);

    private Task CutRequestAsync(HttpContext http, long? afterBytes, Func<Task> atLimit)
    {
        http.Request.Body = new CutRequest(http.Request.Body, afterBytes ?? (http.Request.ContentLength ?? 0) / 2, atLimit);
        return next(http);
    }

    private async Task AnswerAsync(HttpContext http, Wire wire, Func<long, long>? limit, Func<Task<bool>> atLimit)
    {
        var answer = new RawAnswer(http, wire, limit, atLimit);
        answer.Attach();
        await next(http);
        await answer.EndAsync();
        // The server must not write a second answer behind this one.
        if (!answer.IsCut)
            await wire.CloseAsync(time);
    }

    private async Task<bool> CloseAsync(Wire wire)
    {
        await wire.CloseAsync(time);
        return false;
    }

    private async Task GarbleAsync(HttpContext http)
    {
        var body = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        await next(http);
        http.Features.Set(body);
        http.Response.ContentType = "text/html";
        http.Response.ContentLength = Page.Length;
        await http.Response.BodyWriter.WriteAsync(Page, http.RequestAborted);
    }

    private static Task<bool> End(Action action)
    {
        action();
        return Task.FromResult(false);
    }

    private static bool HasBody(HttpContext http)
        => http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false;

    private static Task DrainAsync(HttpContext http) => http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
}
