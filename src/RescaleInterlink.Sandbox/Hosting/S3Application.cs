using RescaleInterlink.Sandbox.S3;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>One request of the S3 listener: counted and logged around the endpoint that answers it.</summary>
internal sealed class S3Application(S3Endpoint endpoint, S3Options options, RequestCounters counters, FileLog log, TimeProvider time)
{
    public async Task HandleAsync(HttpContext http)
    {
        long start = time.GetTimestamp();
        string operation = S3Request.ResolveOperation(http.Request, options);
        counters.Count(http.Request.Method, operation);
        CountingStreams.Attach(http, counters);
        try
        {
            await endpoint.HandleAsync(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
            return;
        }

        log.Note($"{operation} {http.Request.Path} {http.Response.StatusCode} {time.GetElapsedTime(start).TotalMilliseconds:0} ms");
    }
}
