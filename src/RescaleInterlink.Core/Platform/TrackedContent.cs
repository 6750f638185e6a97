using System.Net;
using System.Net.Http.Headers;

namespace RescaleInterlink.Platform;

/// <summary>
/// A request body that knows whether it began to leave. As the transport asks for the body only once it has a
/// connection, a body that never began proves that the server has seen nothing of the request.
/// </summary>
/// <remarks>Every POST has one, an empty one too: the transport itself repeats a request without content when a
/// reused connection closes under it, and that must not happen to a job submission.</remarks>
internal sealed class TrackedContent : HttpContent
{
    private readonly byte[] _body;
    private volatile bool _started;

    public TrackedContent(byte[] body)
    {
        _body = body;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    public bool Started => _started;

    /// <summary>Forgets the attempt before this one, which the server is known to have refused unread.</summary>
    public void Rewind() => _started = false;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _started = true;
        return stream.WriteAsync(_body, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
