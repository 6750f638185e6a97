using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RescaleInterlink.Sandbox.S3;

namespace RescaleInterlink.Sandbox.Tests.S3;

public sealed class S3RequestTests(S3Server server) : IClassFixture<S3Server>
{
    [Theory]
    [InlineData("GET", "/", S3Operation.ListBuckets, "", "")]
    [InlineData("HEAD", "/sandbox", S3Operation.HeadBucket, "sandbox", "")]
    [InlineData("GET", "/sandbox/?location", S3Operation.GetBucketLocation, "sandbox", "")]
    [InlineData("GET", "/sandbox?list-type=2&prefix=a", S3Operation.ListObjectsV2, "sandbox", "")]
    [InlineData("GET", "/sandbox?prefix=a", S3Operation.ListObjects, "sandbox", "")]
    [InlineData("GET", "/sandbox?uploads", S3Operation.ListMultipartUploads, "sandbox", "")]
    [InlineData("POST", "/sandbox?delete", S3Operation.DeleteObjects, "sandbox", "")]
    [InlineData("PUT", "/sandbox", S3Operation.CreateBucket, "sandbox", "")]
    [InlineData("DELETE", "/sandbox", S3Operation.Unknown, "sandbox", "")]
    [InlineData("PUT", "/sandbox/a%2Fb%20c", S3Operation.PutObject, "sandbox", "a/b c")]
    [InlineData("GET", "/sandbox/a/../b//c", S3Operation.GetObject, "sandbox", "a/../b//c")]
    [InlineData("HEAD", "/sandbox/k", S3Operation.HeadObject, "sandbox", "k")]
    [InlineData("DELETE", "/sandbox/k", S3Operation.DeleteObject, "sandbox", "k")]
    [InlineData("POST", "/sandbox/k?uploads", S3Operation.CreateMultipartUpload, "sandbox", "k")]
    [InlineData("PUT", "/sandbox/k?partNumber=1&uploadId=u", S3Operation.UploadPart, "sandbox", "k")]
    [InlineData("GET", "/sandbox/k?uploadId=u", S3Operation.ListParts, "sandbox", "k")]
    [InlineData("POST", "/sandbox/k?uploadId=u", S3Operation.CompleteMultipartUpload, "sandbox", "k")]
    [InlineData("DELETE", "/sandbox/k?uploadId=u", S3Operation.AbortMultipartUpload, "sandbox", "k")]
    [InlineData("GET", "/sandbox/k?acl", S3Operation.Unknown, "sandbox", "k")]
    [InlineData("GET", "http://proxied:80/sandbox/k?x=y", S3Operation.GetObject, "sandbox", "k")]
    public void A_request_line_names_operation_bucket_and_key(string method, string target, string operation, string bucket, string key)
    {
        var request = Request(method, target, "127.0.0.1:9");
        Assert.Equal(operation, S3Request.ResolveOperation(request, new S3Options()));
        var parsed = S3Request.Parse(request, new S3Options());
        Assert.Equal((bucket, key), (parsed.Bucket, parsed.Key));
    }

    [Theory]
    [InlineData("sandbox.localhost:9", "sandbox", "sandbox/k")]
    [InlineData("SANDBOX.s3.example.com", "sandbox", "sandbox/k")]
    [InlineData("sandboxes.localhost", "sandbox", "k")]
    [InlineData("sandbox", "sandbox", "k")]
    public void The_host_names_the_bucket_when_its_first_label_is_one(string host, string bucket, string key)
    {
        var parsed = S3Request.Parse(Request("GET", "/sandbox/k", host), new S3Options());
        Assert.Equal((bucket, key), (parsed.Bucket, parsed.Key));
    }

    [Fact]
    public void A_copy_is_told_by_its_header()
    {
        var request = Request("PUT", "/sandbox/k", "h");
        request.Headers["x-amz-copy-source"] = "/sandbox/other";
        Assert.Equal(S3Operation.CopyObject, S3Request.ResolveOperation(request, new S3Options()));
    }

    [Fact]
    public async Task The_operation_stands_in_the_context_even_of_a_refused_request()
    {
        using var raw = new SignedHttp(server);
        using var refused = await raw.SendAsync(HttpMethod.Post, "k?uploadId=none", [], forge: _ => "0");
        Assert.Equal(403, (int)refused.StatusCode);
        Assert.Contains(S3Operation.CompleteMultipartUpload, server.Operations);
    }

    // Nonsense from a client is the client's error and never the server's.
    [Theory]
    [InlineData("Authorization", "AWS4-HMAC-SHA256")]
    [InlineData("Authorization", "AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=")]
    [InlineData("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=zz")]
    [InlineData("Authorization", "AWS a:b")]
    [InlineData("x-amz-date", "yesterday")]
    [InlineData("x-amz-content-sha256", "")]
    [InlineData("x-amz-security-token", "a b,c")]
    [InlineData("Range", "bytes=99999999999999999999-")]
    [InlineData("Range", "bytes=--1")]
    [InlineData("If-Match", ",,\"")]
    [InlineData("x-amz-copy-source", "%")]
    public async Task Nonsense_is_answered_and_is_no_internal_error(string header, string value)
    {
        foreach (var target in new[] { "k", "%25?partNumber=x&uploadId=", "?list-type=2&max-keys=-1", "?list-type=2&continuation-token=*", "k?response-content-type=a%0Ab" })
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Post })
        {
            using var raw = new SignedHttp(server);
            var (message, _) = raw.Request(method, target, method == HttpMethod.Get ? null : [1], headers: header.StartsWith("x-amz-copy", StringComparison.Ordinal) ? [(header, value)] : []);
            if (!header.StartsWith("x-amz-copy", StringComparison.Ordinal))
            {
                message.Headers.Remove(header);
                message.Headers.TryAddWithoutValidation(header, value);
            }

            using var http = new HttpClient();
            using var response = await http.SendAsync(message);
            Assert.True((int)response.StatusCode is < 500 or 501, $"{method} {target} {header}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    private static HttpRequest Request(string method, string target, string host)
    {
        var context = new DefaultHttpContext();
        var request = context.Features.Get<IHttpRequestFeature>()!;
        request.Method = method;
        request.RawTarget = target;
        context.Request.Host = new HostString(host);
        return context.Request;
    }
}
