namespace RescaleInterlink.Sandbox.S3;

/// <summary>
/// The names of S3's operations as AWS writes them. The one a request asks for stands in <c>HttpContext.Items</c> under
/// <see cref="ItemKey"/>; <see cref="S3Request.ResolveOperation(Microsoft.AspNetCore.Http.HttpRequest, S3Options)"/> tells it before the request is handled.
/// </summary>
public static class S3Operation
{
    /// <summary>Key of the operation's name in <c>HttpContext.Items</c>.</summary>
    public const string ItemKey = "s3.operation";

    public const string ListBuckets = "ListBuckets";
    public const string CreateBucket = "CreateBucket";
    public const string HeadBucket = "HeadBucket";
    public const string GetBucketLocation = "GetBucketLocation";
    public const string GetBucketVersioning = "GetBucketVersioning";
    public const string ListObjects = "ListObjects";
    public const string ListObjectsV2 = "ListObjectsV2";
    public const string ListMultipartUploads = "ListMultipartUploads";
    public const string DeleteObjects = "DeleteObjects";
    public const string PutObject = "PutObject";
    public const string CopyObject = "CopyObject";
    public const string GetObject = "GetObject";
    public const string GetObjectTagging = "GetObjectTagging";
    public const string HeadObject = "HeadObject";
    public const string DeleteObject = "DeleteObject";
    public const string CreateMultipartUpload = "CreateMultipartUpload";
    public const string UploadPart = "UploadPart";
    public const string UploadPartCopy = "UploadPartCopy";
    public const string ListParts = "ListParts";
    public const string CompleteMultipartUpload = "CompleteMultipartUpload";
    public const string AbortMultipartUpload = "AbortMultipartUpload";

    /// <summary>A request that no operation of this endpoint answers (501 NotImplemented or 405 MethodNotAllowed).</summary>
    public const string Unknown = "Unknown";
}
