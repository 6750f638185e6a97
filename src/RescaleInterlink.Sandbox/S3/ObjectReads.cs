using System.Buffers;
using System.Globalization;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>GetObject and HeadObject.</summary>
internal sealed class ObjectReads(ObjectRepository objects)
{
    private const int BufferLength = 256 * 1024;

    // Query parameters that set a header of the answer.
    private static readonly (string Parameter, string Header)[] Overrides =
    [
        ("response-content-type", "Content-Type"),
        ("response-content-encoding", "Content-Encoding"),
        ("response-content-disposition", "Content-Disposition"),
        ("response-content-language", "Content-Language"),
        ("response-cache-control", "Cache-Control"),
        ("response-expires", "Expires"),
    ];

    public Task HeadAsync(S3Call call)
    {
        var stored = Find(call);
        SetHeaders(call, stored, Answer.To(call, stored));
        return Task.CompletedTask;
    }

    /// <summary>No object has tags; awscli asks before it copies a large one.</summary>
    public Task GetTaggingAsync(S3Call call)
    {
        Find(call);
        return call.WriteXmlAsync("Tagging", xml => xml.Element("TagSet", () => { }));
    }

    public async Task GetAsync(S3Call call)
    {
        while (true)
        {
            var stored = Find(call);
            var answer = Answer.To(call, stored);
            Stream content;
            try
            {
                // Opened before the first header is sent, so that the answer is of one version from end to end.
                content = objects.OpenRead(stored, answer.Range.Offset, answer.Range.Length);
            }
            catch (FileNotFoundException) when (!ReferenceEquals(objects.Find(call.Bucket, call.Key), stored))
            {
                // Replaced between the two steps; the newer one is as good an answer.
                continue;
            }

            await using (content.ConfigureAwait(false))
            {
                SetHeaders(call, stored, answer);
                await CopyAsync(content, call.Response.Body, answer.Range.Length, call.Aborted).ConfigureAwait(false);
            }

            return;
        }
    }

    private StoredObject Find(S3Call call) => objects.Find(call.Bucket, call.Key) ?? throw S3Errors.NoSuchKey(call.Key);

    private static void SetHeaders(S3Call call, StoredObject stored, Answer answer)
    {
        var headers = call.Response.Headers;
        call.Answer(answer.Status);
        headers.ETag = $"\"{stored.ETag}\"";
        headers.LastModified = stored.LastModified.ToString("r", CultureInfo.InvariantCulture);
        headers.AcceptRanges = "bytes";
        Set(headers, "Cache-Control", stored.Headers.CacheControl);
        Set(headers, "Expires", stored.Headers.Expires);
        if (answer.Status == StatusCodes.Status304NotModified) return;

        Set(headers, "Content-Type", stored.Headers.ContentType ?? "binary/octet-stream");
        Set(headers, "Content-Encoding", stored.Headers.ContentEncoding);
        Set(headers, "Content-Disposition", stored.Headers.ContentDisposition);
        Set(headers, "Content-Language", stored.Headers.ContentLanguage);
        foreach (var (name, value) in stored.Metadata) headers["x-amz-meta-" + name] = MetadataText.ToHeader(value);
        foreach (var (parameter, header) in Overrides)
            Set(headers, header, call.Query[parameter] is { } value ? MetadataText.ToHeader(value) : null);
        headers.ContentLength = answer.Range.Length;
        if (answer.PartCount is { } count) headers["x-amz-mp-parts-count"] = count.ToString(CultureInfo.InvariantCulture);
        if (answer.Status == StatusCodes.Status206PartialContent) headers.ContentRange = answer.Range.ContentRange(stored.Length);
        // A checksum of the whole says nothing about a part of it.
        else if ("ENABLED".Equals(call.Header("x-amz-checksum-mode"), StringComparison.OrdinalIgnoreCase)) call.SetChecksum(stored.Checksum);
    }

    private static void Set(IHeaderDictionary headers, string name, string? value)
    {
        if (value is not null) headers[name] = value;
    }

    private static async Task CopyAsync(Stream content, Stream body, long length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferLength, Math.Max(1, length)));
        try
        {
            int count;
            while ((count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                await body.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What a reading request gets: all of the object, a stretch of it, or nothing because it has it already.</summary>
    private sealed record Answer(int Status, ByteRange Range, int? PartCount = null)
    {
        public static Answer To(S3Call call, StoredObject stored)
        {
            var headers = call.Http.Headers;
            if (Preconditions.IsUnchanged(headers, stored)) return new Answer(StatusCodes.Status304NotModified, default);
            if (call.Query.Has("partNumber")) return Part(stored, call.PartNumber());
            var range = Preconditions.AllowRange(headers, stored) ? ByteRange.Parse(call.Header("Range"), stored.Length) : null;
            return range is { } some
                ? new Answer(StatusCodes.Status206PartialContent, some)
                : new Answer(StatusCodes.Status200OK, new ByteRange(0, stored.Length));
        }

        private static Answer Part(StoredObject stored, int number)
        {
            if (number > stored.Segments.Count) throw S3Errors.InvalidPartNumber(number, stored.Segments.Count);
            var range = new ByteRange(stored.Segments.Take(number - 1).Sum(segment => segment.Length), stored.Segments[number - 1].Length);
            int? count = stored.UploadId is null ? null : stored.Segments.Count;
            return range.Length == 0 ? new Answer(StatusCodes.Status200OK, range, count) : new Answer(StatusCodes.Status206PartialContent, range, count);
        }
    }
}
