using System.Buffers.Text;
using System.Text;
using System.Xml;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>The operations on buckets: what there is, listing, deleting many.</summary>
internal sealed class BucketOperations(ObjectRepository objects, S3Options options, TimeProvider time)
{
    // The most S3 lists or deletes at once.
    private const int MostKeys = 1000;

    private readonly DateTimeOffset _created = time.GetUtcNow();

    public Task ListBucketsAsync(S3Call call) => call.WriteXmlAsync("ListAllMyBucketsResult", xml =>
    {
        Owner(xml, "Owner");
        xml.Element("Buckets", () =>
        {
            foreach (var bucket in options.Buckets)
                xml.Element("Bucket", () =>
                {
                    xml.Element("Name", bucket);
                    xml.Element("CreationDate", S3Xml.Time(_created));
                });
        });
    });

    /// <summary>Who creates a bucket that is there already gets it, as in us-east-1; there are no others to be had.</summary>
    public Task CreateBucketAsync(S3Call call)
    {
        if (!options.Buckets.Contains(call.Bucket, StringComparer.Ordinal)) throw S3Errors.AccessDenied();
        call.Response.Headers.Location = "/" + call.Bucket;
        call.Answer(StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    public Task HeadBucketAsync(S3Call call)
    {
        call.Response.Headers["x-amz-bucket-region"] = options.Region;
        call.Answer(StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    // An empty constraint means us-east-1.
    public static Task GetLocationAsync(S3Call call) => call.WriteXmlAsync("LocationConstraint", _ => { });

    public static Task GetVersioningAsync(S3Call call) => call.WriteXmlAsync("VersioningConfiguration", _ => { });

    public Task ListObjectsAsync(S3Call call)
    {
        var marker = call.Query["marker"] ?? "";
        return ListAsync(call, marker, (xml, name, page) =>
        {
            xml.Element("Marker", name(marker));
            if (page.Next is not null) xml.Element("NextMarker", name(page.Next));
        });
    }

    public Task ListObjectsV2Async(S3Call call)
    {
        var token = call.Query["continuation-token"];
        var after = token is null ? call.Query["start-after"] : FromToken(token);
        return ListAsync(call, after, (xml, name, page) =>
        {
            xml.Element("KeyCount", page.Objects.Count + page.CommonPrefixes.Count);
            xml.Element("ContinuationToken", token);
            if (call.Query["start-after"] is { } start) xml.Element("StartAfter", name(start));
            if (page.Next is not null) xml.Element("NextContinuationToken", Base64Url.EncodeToString(Encoding.UTF8.GetBytes(page.Next)));
        });
    }

    public async Task DeleteObjectsAsync(S3Call call)
    {
        byte[] body;
        using (var payload = call.OpenPayload())
        {
            if (!payload.IsProtected) throw S3Errors.InvalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
            body = await payload.ReadWholeAsync(4 * 1024 * 1024, call.Aborted).ConfigureAwait(false);
        }

        var request = S3Xml.Read(body, "Delete");
        var keys = request.Children("Object").Select(one => one.Text("Key") ?? throw S3Errors.MalformedXml()).ToList();
        if (keys.Count is 0 or > MostKeys) throw S3Errors.MalformedXml();
        foreach (var key in keys) objects.Delete(call.Bucket, key);
        var isQuiet = request.Text("Quiet") == "true";
        await call.WriteXmlAsync("DeleteResult", xml =>
        {
            foreach (var key in isQuiet ? [] : keys) xml.Element("Deleted", () => xml.Element("Key", key));
        }).ConfigureAwait(false);
    }

    /// <summary>The one user there is, as owner or initiator.</summary>
    public static void Owner(XmlWriter xml, string element) => xml.Element(element, () =>
    {
        xml.Element("ID", "sandbox");
        xml.Element("DisplayName", "sandbox");
    });

    private Task ListAsync(S3Call call, string? after, Action<XmlWriter, Func<string, string>, ObjectPage> writeParticulars)
    {
        var name = call.NameEncoding();
        var prefix = call.Query["prefix"] ?? "";
        var delimiter = call.Query["delimiter"];
        var limit = call.Number("max-keys", MostKeys);
        var page = limit == 0
            ? new ObjectPage([], [], null)
            : objects.List(call.Bucket, prefix, delimiter, string.IsNullOrEmpty(after) ? null : after, limit);
        return call.WriteXmlAsync("ListBucketResult", xml =>
        {
            xml.Element("Name", call.Bucket);
            xml.Element("Prefix", name(prefix));
            if (!string.IsNullOrEmpty(delimiter)) xml.Element("Delimiter", name(delimiter));
            xml.Element("MaxKeys", limit);
            if (call.Query["encoding-type"] is { Length: > 0 } encoding) xml.Element("EncodingType", encoding);
            xml.Element("IsTruncated", page.Next is not null);
            writeParticulars(xml, name, page);
            foreach (var stored in page.Objects) WriteObject(xml, name, stored);
            foreach (var common in page.CommonPrefixes) xml.Element("CommonPrefixes", () => xml.Element("Prefix", name(common)));
        });
    }

    private static void WriteObject(XmlWriter xml, Func<string, string> name, StoredObject stored) => xml.Element("Contents", () =>
    {
        xml.Element("Key", name(stored.Key));
        xml.Element("LastModified", S3Xml.Time(stored.LastModified));
        xml.Element("ETag", $"\"{stored.ETag}\"");
        if (stored.Checksum is not null)
        {
            xml.Element("ChecksumAlgorithm", Checksums.NameOf(stored.Checksum.Algorithm));
            xml.Element("ChecksumType", stored.Checksum.IsComposite ? "COMPOSITE" : "FULL_OBJECT");
        }

        xml.Element("Size", stored.Length);
        Owner(xml, "Owner");
        xml.Element("StorageClass", "STANDARD");
    });

    private static string FromToken(string token) => Base64Url.IsValid(token)
        ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token))
        : throw S3Errors.InvalidArgument("The continuation token provided is incorrect", "continuation-token", token);
}
