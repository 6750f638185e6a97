using System.Net;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>A client's body on its way through: what has been read is sent on, and nothing is kept.</summary>
internal sealed class PassedBody(HttpContext http) : HttpContent
{
    private const int BufferBytes = 128 << 10;

    /// <summary>Why the client's side broke; null while it has not.</summary>
    public Exception? ClientFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[(int)Math.Clamp(http.Request.ContentLength ?? BufferBytes, 1, BufferBytes)];
        while (await ReadAsync(buffer, cancellationToken) is > 0 and var read)
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = http.Request.ContentLength ?? 0;
        return http.Request.ContentLength is not null;
    }

    private async Task<int> ReadAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await http.Request.Body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception failure)
        {
            ClientFailure = failure;
            throw;
        }
    }
}
