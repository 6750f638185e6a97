using System.Globalization;
using System.Security;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace RescaleInterlink.Benchmarks.Target;

/// <summary>The documents of the S3 protocol that the measured clients read.</summary>
internal static class S3Replies
{
    private const string Namespace = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    private const int MostKeys = 1000;

    public static Task BeganAsync(HttpResponse response, string path, string id) => WriteAsync(response,
        $"<InitiateMultipartUploadResult {Namespace}><Bucket>{Bucket(path)}</Bucket><Key>{Key(path)}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");

    public static Task CompletedAsync(HttpResponse response, string path, TargetObject item) => WriteAsync(response,
        $"<CompleteMultipartUploadResult {Namespace}><Location>/{SecurityElement.Escape(path)}</Location><Bucket>{Bucket(path)}</Bucket><Key>{Key(path)}</Key><ETag>{SecurityElement.Escape(item.ETag)}</ETag></CompleteMultipartUploadResult>");

    public static Task LocationAsync(HttpResponse response) => WriteAsync(response, $"<LocationConstraint {Namespace}>us-east-1</LocationConstraint>");

    public static Task MissingAsync(HttpResponse response, string code)
    {
        response.StatusCode = StatusCodes.Status404NotFound;
        return WriteAsync(response, $"<Error><Code>{code}</Code><Message>It is not here.</Message></Error>");
    }

    public static Task PartsAsync(HttpResponse response, string path, string id, IEnumerable<TargetPart> parts)
    {
        var text = new StringBuilder($"<ListPartsResult {Namespace}><Bucket>{Bucket(path)}</Bucket><Key>{Key(path)}</Key><UploadId>{id}</UploadId><IsTruncated>false</IsTruncated>");
        foreach (var part in parts)
            text.Append(CultureInfo.InvariantCulture, $"<Part><PartNumber>{part.Number}</PartNumber><ETag>{SecurityElement.Escape(part.ETag)}</ETag><Size>{part.Length}</Size></Part>");
        return WriteAsync(response, text.Append("</ListPartsResult>").ToString());
    }

    /// <summary>Both versions of the listing, pages of a thousand; a delimiter folds what lies deeper.</summary>
    public static Task ListAsync(HttpContext context, string bucket, IEnumerable<(string Key, TargetObject Object)> objects, string prefix)
    {
        var query = context.Request.Query;
        var second = query["list-type"] == "2";
        var after = second ? query["continuation-token"].ToString() : query["marker"].ToString();
        var delimiter = query["delimiter"].ToString();
        var url = query["encoding-type"] == "url";
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        var text = new StringBuilder();
        var (count, truncated, last) = (0, false, "");
        foreach (var (key, item) in objects.Where(pair => string.CompareOrdinal(pair.Key, after) > 0).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (count == MostKeys)
            {
                truncated = true;
                break;
            }

            last = key;
            var deeper = delimiter.Length > 0 ? key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) : -1;
            if (deeper >= 0)
            {
                folders.Add(key[..(deeper + 1)]);
                continue;
            }

            count++;
            text.Append(CultureInfo.InvariantCulture, $"<Contents><Key>{Name(key)}</Key><LastModified>{item.Modified.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}</LastModified><ETag>{SecurityElement.Escape(item.ETag)}</ETag><Size>{item.Length}</Size><StorageClass>STANDARD</StorageClass></Contents>");
        }

        foreach (var folder in folders) text.Append($"<CommonPrefixes><Prefix>{Name(folder)}</Prefix></CommonPrefixes>");
        var next = !truncated ? "" : second ? $"<NextContinuationToken>{Name(last)}</NextContinuationToken>" : $"<NextMarker>{Name(last)}</NextMarker>";
        return WriteAsync(context.Response, string.Create(CultureInfo.InvariantCulture,
            $"<ListBucketResult {Namespace}><Name>{bucket}</Name><Prefix>{Name(prefix)}</Prefix><KeyCount>{count}</KeyCount><MaxKeys>{MostKeys}</MaxKeys><IsTruncated>{(truncated ? "true" : "false")}</IsTruncated>{(url ? "<EncodingType>url</EncodingType>" : "")}{next}{text}</ListBucketResult>"));

        string Name(string key) => url ? Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal) : SecurityElement.Escape(key);
    }

    private static string Bucket(string path) => path[..path.IndexOf('/', StringComparison.Ordinal)];

    private static string Key(string path) => SecurityElement.Escape(path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..]);

    private static Task WriteAsync(HttpResponse response, string xml)
    {
        response.ContentType = "application/xml";
        var bytes = Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + xml);
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes).AsTask();
    }
}
