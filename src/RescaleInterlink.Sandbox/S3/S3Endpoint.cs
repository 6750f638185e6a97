using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using RescaleInterlink.Sandbox.Credentials;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>
/// The S3 protocol over one repository: a terminal request delegate for a whole listener. The listener needs no settings of its
/// own; limits on body size and data rate are lifted per request.
/// </summary>
public sealed class S3Endpoint
{
    private readonly S3Options _options;
    private readonly ILogger _logger;
    private readonly Authenticator _authenticator;
    private readonly BucketOperations _buckets;
    private readonly ObjectReads _reads;
    private readonly ObjectWrites _writes;
    private readonly MultipartOperations _multipart;

    /// <summary>Serves <paramref name="objects"/> to whoever signs with one of <paramref name="credentials"/>.</summary>
    public S3Endpoint(ObjectRepository objects, TemporaryCredentials credentials, S3Options options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _authenticator = new Authenticator(credentials, options, time);
        _buckets = new BucketOperations(objects, options, time);
        _reads = new ObjectReads(objects);
        _writes = new ObjectWrites(objects, options);
        _multipart = new MultipartOperations(objects, options);
        foreach (var damaged in objects.Damaged) logger.LogWarning("Set aside a damaged descriptor: {Path}", damaged);
    }

    /// <summary>
    /// Answers one request. The operation's name stands in <c>HttpContext.Items[S3Operation.ItemKey]</c> before anything else
    /// happens. The answer goes through <c>Response.Body</c> and the body comes from <c>Request.Body</c>; either may have been wrapped.
    /// </summary>
    public async Task HandleAsync(HttpContext context)
    {
        var request = S3Request.Parse(context.Request, _options);
        context.Items[S3Operation.ItemKey] = request.Operation;
        LiftLimits(context);
        var requestId = Guid.NewGuid().ToString("N")[..16].ToUpperInvariant();
        context.Response.Headers["x-amz-request-id"] = requestId;
        context.Response.Headers["x-amz-id-2"] = "sandbox";
        if (context.Request.ContentLength is 0 && ExpectsContinue(context.Request)) context.Response.Headers.Connection = "close";
        try
        {
            var signing = _authenticator.Authenticate(context.Request, request);
            CheckTarget(context.Request, request);
            await DispatchAsync(new S3Call(context, request, signing), request.Operation).ConfigureAwait(false);
        }
        catch (S3Exception refusal) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, request, requestId, refusal).ConfigureAwait(false);
        }
        catch (BadHttpRequestException cut) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            _logger.LogDebug(cut, "{Operation} {RequestId}: the body ended early", request.Operation, requestId);
            await RefuseAsync(context, request, requestId, S3Errors.IncompleteBody()).ConfigureAwait(false);
        }
        catch (Exception gone) when (context.RequestAborted.IsCancellationRequested || gone is BadHttpRequestException or ConnectionAbortedException or ConnectionResetException)
        {
            // The client has hung up; there is nobody to answer.
            _logger.LogDebug("{Operation} {RequestId}: the client went away ({Reason})", request.Operation, requestId, gone.GetType().Name);
            context.Abort();
        }
        catch (Exception failure)
        {
            _logger.LogError(failure, "{Operation} {RequestId} failed", request.Operation, requestId);
            // A half sent answer must not look whole.
            if (context.Response.HasStarted) context.Abort();
            else await RefuseAsync(context, request, requestId, new S3Exception(500, "InternalError", "We encountered an internal error. Please try again.")).ConfigureAwait(false);
        }
    }

    // S3 says 100 Continue before it reads a body, an empty one too. Kestrel says it only when a body is read, and botocore misreads
    // the answers that follow on the same connection when it got none; so there is to be no next one.
    private static bool ExpectsContinue(HttpRequest request) => request.Headers.Expect.ToString().Equals("100-continue", StringComparison.OrdinalIgnoreCase);

    private static void LiftLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } up) up.MinDataRate = null;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } down) down.MinDataRate = null;
    }

    private void CheckTarget(HttpRequest http, S3Request request)
    {
        if (request.Operation == S3Operation.Unknown)
            throw http.Method is "GET" or "PUT" or "POST" or "DELETE" or "HEAD" && request.Query.HasSubresource()
                ? S3Errors.NotImplemented("A header or query you provided implies functionality that is not implemented.")
                : new S3Exception(405, "MethodNotAllowed", "The specified method is not allowed against this resource.", ("Method", http.Method));
        if (http.Headers.ContainsKey("x-amz-server-side-encryption-customer-algorithm"))
            throw S3Errors.NotImplemented("Encryption with customer-provided keys is not implemented.");
        if (http.Headers.ContainsKey("x-amz-tagging")) throw S3Errors.NotImplemented("Tags of objects are not implemented.");
        if (request.Bucket.Length == 0) return;
        if (request.Operation != S3Operation.CreateBucket && !_options.Buckets.Contains(request.Bucket, StringComparer.Ordinal))
            throw S3Errors.NoSuchBucket(request.Bucket);
        var length = System.Text.Encoding.UTF8.GetByteCount(request.Key);
        if (length > 1024) throw S3Errors.KeyTooLong(length);
    }

    private Task DispatchAsync(S3Call call, string operation) => operation switch
    {
        S3Operation.ListBuckets => _buckets.ListBucketsAsync(call),
        S3Operation.CreateBucket => _buckets.CreateBucketAsync(call),
        S3Operation.HeadBucket => _buckets.HeadBucketAsync(call),
        S3Operation.GetBucketLocation => BucketOperations.GetLocationAsync(call),
        S3Operation.GetBucketVersioning => BucketOperations.GetVersioningAsync(call),
        S3Operation.ListObjects => _buckets.ListObjectsAsync(call),
        S3Operation.ListObjectsV2 => _buckets.ListObjectsV2Async(call),
        S3Operation.DeleteObjects => _buckets.DeleteObjectsAsync(call),
        S3Operation.GetObject => _reads.GetAsync(call),
        S3Operation.GetObjectTagging => _reads.GetTaggingAsync(call),
        S3Operation.HeadObject => _reads.HeadAsync(call),
        S3Operation.PutObject => _writes.PutAsync(call),
        S3Operation.CopyObject => _writes.CopyAsync(call),
        S3Operation.DeleteObject => _writes.DeleteAsync(call),
        S3Operation.CreateMultipartUpload => _multipart.CreateAsync(call),
        S3Operation.UploadPart => _multipart.UploadPartAsync(call),
        S3Operation.UploadPartCopy => _multipart.UploadPartCopyAsync(call),
        S3Operation.ListParts => _multipart.ListPartsAsync(call),
        S3Operation.ListMultipartUploads => _multipart.ListUploadsAsync(call),
        S3Operation.CompleteMultipartUpload => _multipart.CompleteAsync(call),
        S3Operation.AbortMultipartUpload => _multipart.AbortAsync(call),
        _ => throw new InvalidOperationException($"No one serves {operation}."),
    };

    private Task RefuseAsync(HttpContext context, S3Request request, string requestId, S3Exception refusal)
    {
        _logger.LogDebug("{Operation} {RequestId} refused: {Status} {Code}", request.Operation, requestId, refusal.Status, refusal.Code);
        var response = context.Response;
        foreach (var name in response.Headers.Keys.Where(name => !name.StartsWith("x-amz-", StringComparison.Ordinal)).ToList()) response.Headers.Remove(name);
        if (ExpectsContinue(context.Request)) response.Headers.Connection = "close";
        if (refusal.Status == StatusCodes.Status416RangeNotSatisfiable && refusal.Details.FirstOrDefault(detail => detail.Name == "ActualObjectSize").Value is { } size)
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{size}");
        var document = S3Xml.Document("Error", xml =>
        {
            xml.Element("Code", refusal.Code);
            xml.Element("Message", refusal.Message);
            foreach (var (name, value) in refusal.Details) xml.Element(name, value);
            xml.Element("Resource", request.Path);
            xml.Element("RequestId", requestId);
            xml.Element("HostId", "sandbox");
        }, inNamespace: false);
        if (context.Request.Method != "HEAD") return S3Call.WriteXmlAsync(response, refusal.Status, document, context.RequestAborted);
        response.StatusCode = refusal.Status;
        response.ContentType = "application/xml";
        return Task.CompletedTask;
    }
}
