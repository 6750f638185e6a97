using Microsoft.AspNetCore.Http.Features;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>What an HTTP request asks of S3: bucket and key from path or Host header, and the operation.</summary>
/// <param name="Operation">One of <see cref="S3Operation"/>.</param>
/// <param name="Bucket">The bucket; empty for a request to the service itself.</param>
/// <param name="Key">The key, decoded; empty for a request to a bucket.</param>
/// <param name="Path">The path as it came, decoded once; what the signature is over.</param>
/// <param name="Query">The query's names and values, decoded.</param>
public sealed record S3Request(string Operation, string Bucket, string Key, string Path, S3Query Query)
{
    /// <summary>The name of the operation a request asks for (see <see cref="S3Operation"/>), found without touching the body.</summary>
    public static string ResolveOperation(HttpRequest request, S3Options options) => Parse(request, options).Operation;

    /// <summary>Reads the request line and the Host header.</summary>
    /// <remarks>
    /// The raw target is read, because the server's own decoding removes dot segments and keeps %2F, and a key may hold both.
    /// </remarks>
    public static S3Request Parse(HttpRequest request, S3Options options)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // A proxy's absolute form.
        if (!target.StartsWith('/') && target.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0)
            target = target.IndexOf('/', scheme + 3) is var slash and > 0 ? target[slash..] : "/";
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = UriEncoding.Decode(mark < 0 ? target : target[..mark]);
        var query = S3Query.Parse(mark < 0 ? "" : target[(mark + 1)..]);

        var bucket = HostBucket(request.Host.Host, options);
        var rest = path.StartsWith('/') ? path[1..] : path;
        if (bucket is null)
        {
            var end = rest.IndexOf('/', StringComparison.Ordinal);
            bucket = end < 0 ? rest : rest[..end];
            rest = end < 0 ? "" : rest[(end + 1)..];
        }

        return new S3Request(Resolve(request, bucket, rest, query), bucket, rest, path, query);
    }

    // Virtual-hosted style: the first label of the host is a bucket that exists.
    private static string? HostBucket(string host, S3Options options) =>
        options.Buckets.FirstOrDefault(bucket => host.Length > bucket.Length + 1 && host[bucket.Length] == '.'
            && host.StartsWith(bucket, StringComparison.OrdinalIgnoreCase));

    private static string Resolve(HttpRequest request, string bucket, string key, S3Query query)
    {
        var isCopy = request.Headers.ContainsKey("x-amz-copy-source");
        return (request.Method, bucket.Length, key.Length) switch
        {
            ("GET", 0, _) => S3Operation.ListBuckets,
            (_, 0, _) => S3Operation.Unknown,
            ("HEAD", _, 0) => S3Operation.HeadBucket,
            ("PUT", _, 0) when !query.HasSubresource() => S3Operation.CreateBucket,
            ("POST", _, 0) when query.Has("delete") => S3Operation.DeleteObjects,
            ("GET", _, 0) when query.Has("location") => S3Operation.GetBucketLocation,
            ("GET", _, 0) when query.Has("versioning") => S3Operation.GetBucketVersioning,
            ("GET", _, 0) when query.Has("uploads") => S3Operation.ListMultipartUploads,
            ("GET", _, 0) when query["list-type"] == "2" => S3Operation.ListObjectsV2,
            ("GET", _, 0) when !query.HasSubresource() => S3Operation.ListObjects,
            (_, _, 0) => S3Operation.Unknown,
            ("PUT", _, _) when query.Has("uploadId") => isCopy ? S3Operation.UploadPartCopy : S3Operation.UploadPart,
            ("GET", _, _) when query.Has("uploadId") => S3Operation.ListParts,
            ("POST", _, _) when query.Has("uploadId") => S3Operation.CompleteMultipartUpload,
            ("DELETE", _, _) when query.Has("uploadId") => S3Operation.AbortMultipartUpload,
            ("POST", _, _) when query.Has("uploads") => S3Operation.CreateMultipartUpload,
            ("GET", _, _) when query.Has("tagging") => S3Operation.GetObjectTagging,
            (_, _, _) when query.HasSubresource() => S3Operation.Unknown,
            ("PUT", _, _) => isCopy ? S3Operation.CopyObject : S3Operation.PutObject,
            ("GET", _, _) => S3Operation.GetObject,
            ("HEAD", _, _) => S3Operation.HeadObject,
            ("DELETE", _, _) => S3Operation.DeleteObject,
            _ => S3Operation.Unknown,
        };
    }
}
