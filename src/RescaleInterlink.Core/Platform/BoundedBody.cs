namespace RescaleInterlink.Platform;

/// <summary>Reads a body into memory, and no more of it than is sensible.</summary>
internal static class BoundedBody
{
    /// <summary>Most bytes read of an error's body (interop API 1).</summary>
    public const int ErrorLimit = 1 << 20;

    /// <summary>Most bytes of a good answer: far above a page of 1,000 entries with long names.</summary>
    public const int AnswerLimit = 64 << 20;

    /// <returns>At most <paramref name="limit"/> bytes, and whether the body ended there.</returns>
    public static async Task<(byte[] Body, bool Whole)> ReadAsync(HttpContent content, int limit, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var body = new MemoryStream();
            var buffer = new byte[16 << 10];
            while (body.Length < limit)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit - body.Length)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return (body.ToArray(), true);
                body.Write(buffer, 0, read);
            }

            return (body.ToArray(), await stream.ReadAsync(buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) == 0);
        }
    }
}
