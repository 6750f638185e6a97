using Microsoft.AspNetCore.Http.Features;
using RescaleInterlink.Sandbox.Streams;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>Counts the bytes of a request's bodies on their way through.</summary>
internal static class CountingStreams
{
    public static void Attach(HttpContext http, RequestCounters counters)
    {
        http.Request.Body = new Reading(http.Request.Body, counters);
        var inner = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new Writing(inner.Stream, counters), inner));
    }

    private sealed class Reading(Stream inner, RequestCounters counters) : AsyncReadStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            counters.AddIn(read);
            return read;
        }
    }

    private sealed class Writing(Stream inner, RequestCounters counters) : AsyncWriteStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            counters.AddOut(buffer.Length);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException("Bodies are written asynchronously.");
    }
}
