using System.Globalization;
using System.Xml;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>One authentic request on its way through the endpoint, with what all operations need of it.</summary>
internal sealed class S3Call(HttpContext context, S3Request request, SigningContext signing)
{
    public HttpRequest Http => context.Request;

    public HttpResponse Response => context.Response;

    public CancellationToken Aborted => context.RequestAborted;

    public string Bucket => request.Bucket;

    public string Key => request.Key;

    public S3Query Query => request.Query;

    /// <summary>The value of a request header, or null.</summary>
    public string? Header(string name) => Http.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>Opens the body.</summary>
    public RequestPayload OpenPayload() => RequestPayload.Open(Http, signing);

    /// <summary>Reads a body of XML; S3 takes up to 10 000 parts or 1 000 keys, which 4 MiB hold amply.</summary>
    public async Task<byte[]> ReadXmlAsync()
    {
        using var payload = OpenPayload();
        return await payload.ReadWholeAsync(4 * 1024 * 1024, Aborted).ConfigureAwait(false);
    }

    /// <summary>An integer of the query between 0 and <paramref name="most"/>; larger ones count as that.</summary>
    public int Number(string name, int most)
    {
        var text = Query[name];
        if (text is null or "") return most;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Math.Min(number, most)
            : throw S3Errors.InvalidArgument($"Provided {name} not an integer or within integer range", name, text);
    }

    /// <summary>The part number of the query.</summary>
    public int PartNumber()
    {
        var text = Query["partNumber"] ?? "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 10000
            ? number
            : throw S3Errors.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", text);
    }

    /// <summary>How names are written into a listing: as they are, or URL-encoded when the client asks for it.</summary>
    public Func<string, string> NameEncoding() => Query["encoding-type"] switch
    {
        null or "" => name => name,
        "url" => UriEncoding.EncodePath,
        { } other => throw S3Errors.InvalidArgument("Invalid Encoding Method specified in Request", "encoding-type", other),
    };

    /// <summary>Answers 200 with a document.</summary>
    public Task WriteXmlAsync(string root, Action<XmlWriter> write) => WriteXmlAsync(Response, 200, S3Xml.Document(root, write), Aborted);

    /// <summary>Answers with a status and nothing else.</summary>
    public void Answer(int status) => Response.StatusCode = status;

    /// <summary>Puts an object's or a part's checksum on the answer.</summary>
    public void SetChecksum(ObjectChecksum? checksum)
    {
        if (checksum is null) return;
        Response.Headers[Checksums.HeaderOf(checksum.Algorithm)] = checksum.Value;
        Response.Headers["x-amz-checksum-type"] = checksum.IsComposite ? "COMPOSITE" : "FULL_OBJECT";
    }

    public static Task WriteXmlAsync(HttpResponse response, int status, byte[] document, CancellationToken cancellationToken)
    {
        response.StatusCode = status;
        response.ContentType = "application/xml";
        response.ContentLength = document.Length;
        return response.Body.WriteAsync(document, cancellationToken).AsTask();
    }
}
