using RescaleInterlink.Sandbox.Hosting;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>One request of the Azure listener: counted, its signature held against those that have been ended, passed on, logged.</summary>
internal sealed class AzureApplication(AzureProxy proxy, SasTokens tokens, RequestCounters counters, FileLog log, TimeProvider time)
{
    public async Task HandleAsync(HttpContext http)
    {
        long start = time.GetTimestamp();
        string operation = AzureOperation.Resolve(http.Request, AzureTarget.Of(http));
        counters.Count(http.Request.Method, operation);
        CountingStreams.Attach(http, counters);
        try
        {
            if (tokens.WhyExpired(http.Request.Query) is { } reason)
            {
                await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
                await AzureErrors.WriteExpiredAsync(http, time, reason);
            }
            else
            {
                await PassAsync(http);
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException && failure is not BadHttpRequestException)
        {
            // The client has gone, or was cut off by a fault; or Azurite broke off in the middle of an answer, which must not look whole.
            http.Abort();
            return;
        }

        // Without the query: it holds the signature.
        log.Note($"{operation} {http.Request.Path} {http.Response.StatusCode} {time.GetElapsedTime(start).TotalMilliseconds:0} ms");
    }

    private async Task PassAsync(HttpContext http)
    {
        try
        {
            await proxy.PassAsync(http);
        }
        catch (HttpRequestException failure) when (!http.Response.HasStarted)
        {
            log.LogError(failure, "Azurite did not answer {Method} {Path}", http.Request.Method, http.Request.Path);
            http.Response.Clear();
            await AzureErrors.WriteAsync(http, time, StatusCodes.Status500InternalServerError, AzureErrors.InternalError, "Azurite, which stands behind this port, did not answer.");
        }
    }
}
