using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Hosting;
using RescaleInterlink.Sandbox.Limits;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>One request of the API listener: authentication, limits, routing, answer.</summary>
/// <param name="router">The routes.</param>
/// <param name="authentication">The key.</param>
/// <param name="limits">Null when the platform's limits are off.</param>
/// <param name="counters">Counts every request.</param>
/// <param name="log">Gets one line for every request.</param>
/// <param name="time">The clock.</param>
internal sealed class ApiApplication(Router router, Authentication authentication, RateLimits? limits, RequestCounters counters, FileLog log, TimeProvider time)
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task HandleAsync(HttpContext http)
    {
        long start = time.GetTimestamp();
        CountingStreams.Attach(http, counters);
        ApiAnswer answer;
        try
        {
            answer = await DispatchAsync(http);
        }
        catch (ApiException refusal)
        {
            answer = new ApiAnswer(refusal.Status, refusal.Body);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure)
        {
            log.LogError(failure, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            answer = new ApiAnswer(500, new JsonObject { ["detail"] = "Internal server error." });
        }

        await WriteAsync(http, answer);
        log.Note($"{http.Request.Method} {http.Request.Path} {answer.Status} {time.GetElapsedTime(start).TotalMilliseconds:0} ms");
    }

    public static async Task WriteAsync(HttpContext http, ApiAnswer answer)
    {
        http.Response.StatusCode = answer.Status;
        if (answer.Write is { } write)
        {
            await write(http);
            return;
        }

        if (answer.Body is null)
            return;
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        await using (var writer = new Utf8JsonWriter(buffer, Writing))
            answer.Body.WriteTo(writer);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
    }

    private Task<ApiAnswer> DispatchAsync(HttpContext http)
    {
        string method = http.Request.Method;
        string path = http.Request.Path.Value ?? "/";
        var match = router.Find(method, path);
        counters.Count(method, match?.Route?.Template ?? "(none)");
        if (match is null)
            return Task.FromResult(WithoutSlash(http, path));
        authentication.Check(http.Request);
        if (limits is not null && !path.StartsWith("/sandbox/", StringComparison.Ordinal) && limits.Take(method, path) is { } wait)
            throw TooMany(http, wait);
        if (match.Route is { } route)
            return route.Handler(new ApiRequest(http, match.Values));
        http.Response.Headers.Allow = string.Join(", ", match.Allowed);
        throw ApiException.Detail(405, $"Method \"{method}\" not allowed.");
    }

    public static string Throttled(long seconds) => $"Request was throttled. Expected available in {seconds} second{(seconds == 1 ? "" : "s")}.";

    private static ApiException TooMany(HttpContext http, TimeSpan wait)
    {
        long seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return ApiException.Detail(StatusCodes.Status429TooManyRequests, Throttled(seconds));
    }

    /// <summary>Paths end with a slash. A GET without it is sent there; anything else would lose its body on the way and is refused.</summary>
    private ApiAnswer WithoutSlash(HttpContext http, string path)
    {
        if (http.Request.Method != "GET" || path.EndsWith('/') || router.Find("GET", path + "/") is null)
            throw ApiException.NotFound();
        http.Response.Headers.Location = $"{http.Request.Path}/{http.Request.QueryString}";
        return new ApiAnswer(301, null);
    }
}
