using System.Net;
using System.Net.Http.Headers;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Platform;

/// <summary>A part of a long answer: asked for as a byte range, and cut out of the whole where the server knows no ranges. What lies before it
/// is dropped while it arrives, so that no more than the part is ever in memory.</summary>
/// <param name="Offset">Bytes before it.</param>
/// <param name="Length">Most bytes of it; 1 or more.</param>
internal sealed record BytePiece(long Offset, int Length)
{
    private const int ReadSize = 64 << 10;

    public static readonly HttpRequestOptionsKey<BytePiece> Key = new("RescaleInterlink.BytePiece");

    public RangeHeaderValue Header => new(Offset, Offset + Length - 1);

    /// <returns>The part, as much of it as there is. Its <c>Content-Range</c> says how long the whole is, when the server tells.</returns>
    /// <exception cref="RescaleException">PlatformProtocol: it is another part.</exception>
    public async Task<HttpContent> TakeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var headers = response.Content.Headers;
        var isPart = response.StatusCode == HttpStatusCode.PartialContent;
        var skip = isPart ? Offset - (headers.ContentRange?.From ?? Offset) : Offset;
        if (skip < 0)
            throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, "The platform answered with another part of a file than it was asked for.");
        var total = isPart ? headers.ContentRange?.Length : headers.ContentLength;
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var part = new MemoryStream();
            var buffer = new byte[ReadSize];
            while (part.Length < Length)
            {
                var most = skip > 0 ? skip : Length - part.Length;
                var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    break;
                if (skip > 0)
                    skip -= read;
                else
                    part.Write(buffer, 0, read);
            }

            var content = new ByteArrayContent(part.ToArray());
            if (total is { } known)
                content.Headers.ContentRange = new ContentRangeHeaderValue(known);
            return content;
        }
    }
}
