using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>Finds what x-amz-copy-source names.</summary>
internal static class CopySource
{
    /// <summary>The object to copy, found and held to the conditions made about it.</summary>
    /// <exception cref="S3Exception">It does not exist, or a condition fails.</exception>
    public static StoredObject Find(S3Call call, ObjectRepository objects, S3Options options)
    {
        var text = call.Header("x-amz-copy-source")!;
        var version = text.IndexOf("?versionId=", StringComparison.Ordinal);
        if (version >= 0) text = text[..version];
        var path = UriEncoding.Decode(text).TrimStart('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == path.Length - 1)
            throw S3Errors.InvalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source", text);
        var bucket = path[..slash];
        var key = path[(slash + 1)..];
        if (!options.Buckets.Contains(bucket, StringComparer.Ordinal)) throw S3Errors.NoSuchBucket(bucket);
        var source = objects.Find(bucket, key) ?? throw S3Errors.NoSuchKey(key);
        Preconditions.CheckCopySource(call.Http.Headers, source);
        return source;
    }
}
