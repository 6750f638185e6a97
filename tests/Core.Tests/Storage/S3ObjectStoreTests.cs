using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class S3ObjectStoreTests
{
    [Fact]
    public async Task Requests_are_plain_and_signed()
    {
        await using var server = S3Scripting.Serve((_, _) => new S3Reply(200, null, [("ETag", "\"tag\"")]));
        await using var store = S3Scripting.Open(server.Url);
        var content = new byte[300_000];
        new Random(1).NextBytes(content);

        Assert.Equal("\"tag\"", (await store.PutAsync("folder/a [b] ü.bin", content, S3Scripting.Metadata(), default)).ETag);

        var request = Assert.Single(server.Requests);
        Assert.Equal("/sandbox/folder/a%20%5Bb%5D%20%C3%BC.bin", request.Target);
        Assert.Equal(content, request.Body);
        Assert.Equal("aXY=", request.Headers["x-amz-meta-iv"]);
        Assert.Equal(S3Scripting.SessionToken, request.Headers["x-amz-security-token"]);
        Assert.Contains("/us-east-1/s3/aws4_request", request.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content)), request.Headers["x-amz-content-sha256"], ignoreCase: true);
        // What old servers refuse: chunked signing, trailers, checksums nobody asked for.
        Assert.DoesNotContain("Content-Encoding", request.Headers.Keys);
        Assert.DoesNotContain("Transfer-Encoding", request.Headers.Keys);
        Assert.DoesNotContain(request.Headers.Keys, name => name.Contains("checksum", StringComparison.OrdinalIgnoreCase) || name.Contains("trailer", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Refused_credentials_are_replaced_for_the_next_try()
    {
        await using var server = S3Scripting.Serve((request, number) => number == 0
            ? S3Reply.Error(400, "ExpiredToken")
            : new S3Reply(200, null, [("ETag", "\"tag\"")]));
        var forced = new List<bool>();
        await using var store = new RetryingObjectStore(S3Scripting.Open(server.Url, credentials: (force, _) =>
        {
            forced.Add(force);
            return Task.FromResult(S3Scripting.Keys(forced.Count));
        }), S3Scripting.Hasty);

        await store.PutAsync("key", new byte[10], S3Scripting.Metadata(), default);

        Assert.Equal([false, true], forced);
        Assert.Contains("GENERATION1/", server.Requests[0].Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("GENERATION2/", server.Requests[1].Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_that_answers_200_with_an_error_is_asked_for_and_repeated()
    {
        var commits = 0;
        await using var server = S3Scripting.Serve((request, _) => request.Method switch
        {
            "HEAD" => commits < 2 ? new S3Reply(404) : S3Scripting.Properties(5),
            _ => ++commits < 2
                ? S3Reply.Error(200, "InternalError")
                : S3Reply.Xml("<CompleteMultipartUploadResult><ETag>\"done-1\"</ETag></CompleteMultipartUploadResult>"),
        });
        await using var store = new RetryingObjectStore(S3Scripting.Open(server.Url), S3Scripting.Hasty);
        var etag = await store.CommitAsync(new MultipartUpload("key", "id", S3Scripting.Metadata()), [new StoredPart(1, "\"e\"", 5)], default);
        Assert.Equal("\"done-1\"", etag);
        Assert.Equal(["POST", "HEAD", "POST"], server.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task Parts_are_listed_over_pages()
    {
        await using var server = S3Scripting.Serve((request, _) => S3Reply.Xml(
            request.Target.Contains("part-number-marker=2", StringComparison.Ordinal)
                ? "<ListPartsResult><IsTruncated>false</IsTruncated><Part><PartNumber>3</PartNumber><ETag>\"c\"</ETag><Size>1</Size></Part></ListPartsResult>"
                : "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker><Part><PartNumber>1</PartNumber><ETag>\"a\"</ETag><Size>9</Size></Part><Part><PartNumber>2</PartNumber><ETag>\"b\"</ETag><Size>9</Size></Part></ListPartsResult>"));
        await using var store = S3Scripting.Open(server.Url);
        var parts = new List<StoredPart>();
        await foreach (var part in store.ListPartsAsync(new MultipartUpload("key", "id", S3Scripting.Metadata()), default)) parts.Add(part);
        Assert.Equal([new StoredPart(1, "\"a\"", 9), new StoredPart(2, "\"b\"", 9), new StoredPart(3, "\"c\"", 1)], parts);
    }
}
