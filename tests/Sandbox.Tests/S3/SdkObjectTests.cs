using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace RescaleInterlink.Sandbox.Tests.S3;

/// <summary>Objects as the AWS SDK sees them.</summary>
public sealed class SdkObjectTests(S3Server server) : IClassFixture<S3Server>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(3_000_001)]
    public async Task What_the_sdk_puts_with_its_defaults_comes_back(int length)
    {
        using var client = server.Client();
        var content = S3Server.RandomBytes(length);
        var key = $"defaults/{length}";
        var put = await client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = S3Server.Bucket, Key = key, InputStream = new MemoryStream(content), ContentType = "text/x-deck", Metadata = { ["iv"] = "AAECAw==" },
        });
        var expected = S3Server.Md5(content);
        Assert.Equal($"\"{expected}\"", put.ETag);
        Assert.NotNull(put.ChecksumCRC32);

        using var got = await client.GetObjectAsync(S3Server.Bucket, key);
        Assert.Equal(content, await ReadAsync(got.ResponseStream));
        Assert.Equal("AAECAw==", got.Metadata["iv"]);
        Assert.Equal("text/x-deck", got.Headers.ContentType);
        Assert.Equal(put.ChecksumCRC32, got.ChecksumCRC32);
        Assert.Equal(length, got.ContentLength);
    }

    [Theory]
    [InlineData(RequestChecksumCalculation.WHEN_SUPPORTED, true, "CRC32")]
    [InlineData(RequestChecksumCalculation.WHEN_SUPPORTED, true, "SHA256")]
    [InlineData(RequestChecksumCalculation.WHEN_SUPPORTED, true, "SHA1")]
    [InlineData(RequestChecksumCalculation.WHEN_REQUIRED, true, null)]
    [InlineData(RequestChecksumCalculation.WHEN_REQUIRED, false, null)]
    [InlineData(RequestChecksumCalculation.WHEN_SUPPORTED, false, "CRC32")]
    public async Task Every_way_the_sdk_frames_a_body_is_understood(RequestChecksumCalculation calculation, bool chunked, string? algorithm)
    {
        using var client = server.Client(configure: config => config.RequestChecksumCalculation = calculation);
        var content = S3Server.RandomBytes(300_000);
        var put = await client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = S3Server.Bucket, Key = "framed", InputStream = new MemoryStream(content), UseChunkEncoding = chunked,
            ChecksumAlgorithm = algorithm is null ? null : ChecksumAlgorithm.FindValue(algorithm),
        });
        Assert.Equal($"\"{S3Server.Md5(content)}\"", put.ETag);
        using var got = await client.GetObjectAsync(S3Server.Bucket, "framed");
        Assert.Equal(content, await ReadAsync(got.ResponseStream));
    }

    [Fact]
    public async Task Virtual_hosted_style_reaches_the_same_object()
    {
        using var hosted = server.Client(pathStyle: false);
        using var path = server.Client();
        await hosted.PutObjectAsync(new PutObjectRequest { BucketName = S3Server.Bucket, Key = "hosted/a b", ContentBody = "x" });
        Assert.Equal("x", await TextAsync(path, "hosted/a b"));
        Assert.Contains("hosted/a b", (await hosted.ListObjectsV2Async(new ListObjectsV2Request { BucketName = S3Server.Bucket })).S3Objects.Select(o => o.Key));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a b+c%20d&e=f?g#h")]
    [InlineData("[brackets] (round) {curly} 'q' \"Q\" !*~;:@,$")]
    [InlineData("ünïcödé/漢字/😀/\uFFFD")]
    [InlineData("dots/../up/./same")]
    [InlineData("slashes//double///triple/")]
    [InlineData("/leading")]
    [InlineData("CASE")]
    [InlineData("case")]
    [InlineData("control\u0001\tend")]
    public async Task Any_key_is_put_listed_and_got(string key)
    {
        using var client = server.Client();
        key = "keys-" + key;
        await client.PutObjectAsync(new PutObjectRequest { BucketName = S3Server.Bucket, Key = key, ContentBody = key });
        Assert.Equal(key, await TextAsync(client, key));
        Assert.Equal(key, server.Objects.Find(S3Server.Bucket, key)?.Key);
        var listed = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = S3Server.Bucket, Prefix = key, Encoding = EncodingType.Url });
        Assert.Contains(key, listed.S3Objects.Select(o => Uri.UnescapeDataString(o.Key)));
        await client.DeleteObjectAsync(S3Server.Bucket, key);
        Assert.Null(server.Objects.Find(S3Server.Bucket, key));
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=2-4", 2, 3)]
    [InlineData("bytes=7-", 7, 3)]
    [InlineData("bytes=7-99", 7, 3)]
    [InlineData("bytes=-4", 6, 4)]
    [InlineData("bytes=-99", 0, 10)]
    public async Task A_range_is_206_with_its_bytes(string range, int offset, int length)
    {
        var content = Encoding.ASCII.GetBytes("0123456789");
        using var raw = new SignedHttp(server);
        await raw.PutAsync("ranged", content);
        using var response = await raw.SendAsync(HttpMethod.Get, "ranged", headers: [("Range", range)]);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(content[offset..(offset + length)], await response.Content.ReadAsByteArrayAsync());
        Assert.Equal($"bytes {offset}-{offset + length - 1}/10", response.Content.Headers.GetValues("Content-Range").Single());
    }

    [Theory]
    [InlineData("bytes=5-2")]
    [InlineData("bytes=0-1,3-4")]
    [InlineData("lines=1-2")]
    [InlineData("bytes=x-y")]
    public async Task What_is_no_single_range_is_ignored(string range)
    {
        using var raw = new SignedHttp(server);
        await raw.PutAsync("ranged", "0123456789"u8.ToArray());
        using var response = await raw.SendAsync(HttpMethod.Get, "ranged", headers: [("Range", range)]);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(10, (await response.Content.ReadAsByteArrayAsync()).Length);
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=-0")]
    public async Task A_range_behind_the_end_is_416(string range)
    {
        using var raw = new SignedHttp(server);
        await raw.PutAsync("ranged", "0123456789"u8.ToArray());
        using var response = await raw.SendAsync(HttpMethod.Get, "ranged", headers: [("Range", range)]);
        await Refusal.AssertAsync(response, 416, "InvalidRange");
        Assert.Equal("bytes */10", response.Content.Headers.GetValues("Content-Range").Single());
    }

    [Fact]
    public async Task Conditions_on_reading_hold()
    {
        using var raw = new SignedHttp(server);
        await raw.PutAsync("conditions", "one"u8.ToArray());
        var stored = server.Objects.Find(S3Server.Bucket, "conditions")!;
        var etag = $"\"{stored.ETag}\"";
        async Task<int> Status(params (string, string)[] headers)
        {
            using var response = await raw.SendAsync(HttpMethod.Get, "conditions", headers: headers);
            return (int)response.StatusCode;
        }

        Assert.Equal(200, await Status(("If-Match", etag)));
        Assert.Equal(200, await Status(("If-Match", $"\"other\", {etag}")));
        Assert.Equal(412, await Status(("If-Match", "\"other\"")));
        Assert.Equal(304, await Status(("If-None-Match", etag)));
        Assert.Equal(200, await Status(("If-None-Match", "\"other\"")));
        Assert.Equal(304, await Status(("If-Modified-Since", stored.LastModified.ToString("r"))));
        Assert.Equal(200, await Status(("If-Modified-Since", stored.LastModified.AddSeconds(-5).ToString("r"))));
        Assert.Equal(412, await Status(("If-Unmodified-Since", stored.LastModified.AddSeconds(-5).ToString("r"))));
        Assert.Equal(200, await Status(("If-Match", etag), ("If-Unmodified-Since", stored.LastModified.AddSeconds(-5).ToString("r"))));
        Assert.Equal(206, await Status(("Range", "bytes=1-1"), ("If-Range", etag)));
        Assert.Equal(200, await Status(("Range", "bytes=1-1"), ("If-Range", "\"other\"")));
        Assert.Equal(206, await Status(("Range", "bytes=1-1"), ("If-Match", etag)));
        Assert.Equal(412, await Status(("Range", "bytes=1-1"), ("If-Match", "\"other\"")));
    }

    [Fact]
    public async Task Conditions_on_writing_hold()
    {
        using var raw = new SignedHttp(server);
        var one = "one"u8.ToArray();
        using (var missing = await raw.SendAsync(HttpMethod.Put, "guarded", one, headers: [("If-Match", "\"x\"")])) await Refusal.AssertAsync(missing, 404, "NoSuchKey");
        using (var first = await raw.SendAsync(HttpMethod.Put, "guarded", one, headers: [("If-None-Match", "*")])) Assert.Equal(200, (int)first.StatusCode);
        using (var second = await raw.SendAsync(HttpMethod.Put, "guarded", "two"u8.ToArray(), headers: [("If-None-Match", "*")])) await Refusal.AssertAsync(second, 412, "PreconditionFailed");
        Assert.Equal("one", Encoding.ASCII.GetString(await raw.GetAsync("guarded")));
    }

    [Fact]
    public async Task Head_tells_what_get_would_and_sends_no_body()
    {
        using var client = server.Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = S3Server.Bucket, Key = "headed", ContentBody = "12345", Metadata = { ["formatversion"] = "2" } });
        var head = await client.GetObjectMetadataAsync(S3Server.Bucket, "headed");
        Assert.Equal(5, head.ContentLength);
        Assert.Equal("2", head.Metadata["formatversion"]);
        var missing = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => client.GetObjectMetadataAsync(S3Server.Bucket, "headed-not"));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Metadata_beyond_ascii_comes_back_encoded()
    {
        await server.Objects.PutAsync(S3Server.Bucket, "meta", Stream.Null, new Dictionary<string, string> { ["Owner"] = "Jürgen" }, default);
        using var raw = new SignedHttp(server);
        using var response = await raw.SendAsync(HttpMethod.Head, "meta");
        Assert.Equal($"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes("Jürgen"))}?=", response.Headers.GetValues("x-amz-meta-owner").Single());
    }

    [Fact]
    public async Task A_copy_is_an_object_of_its_own()
    {
        using var client = server.Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = S3Server.Bucket, Key = "copy from", ContentBody = "data", Metadata = { ["a"] = "1" } });
        await client.CopyObjectAsync(S3Server.Bucket, "copy from", S3Server.Bucket, "copy to");
        await client.DeleteObjectAsync(S3Server.Bucket, "copy from");
        using var copy = await client.GetObjectAsync(S3Server.Bucket, "copy to");
        Assert.Equal("data", Encoding.UTF8.GetString(await ReadAsync(copy.ResponseStream)));
        Assert.Equal("1", copy.Metadata["a"]);
        await client.CopyObjectAsync(new CopyObjectRequest
        {
            SourceBucket = S3Server.Bucket, SourceKey = "copy to", DestinationBucket = S3Server.Bucket, DestinationKey = "copy to",
            MetadataDirective = S3MetadataDirective.REPLACE, Metadata = { ["a"] = "2" },
        });
        Assert.Equal("2", (await client.GetObjectMetadataAsync(S3Server.Bucket, "copy to")).Metadata["a"]);
    }

    [Fact]
    public async Task A_presigned_url_needs_no_headers_and_expires()
    {
        using var client = server.Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = S3Server.Bucket, Key = "pre signed", ContentBody = "shared" });
        var url = await client.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = S3Server.Bucket, Key = "pre signed", Expires = DateTime.UtcNow.AddMinutes(5), Protocol = Protocol.HTTP,
        });
        using var http = new HttpClient();
        Assert.Equal("shared", await http.GetStringAsync(new Uri(url)));
        using (var forged = await http.GetAsync(new Uri(url.Replace("pre%20signed", "pre%20signee", StringComparison.Ordinal)))) await Refusal.AssertAsync(forged, 403, "SignatureDoesNotMatch");
        server.Time.Offset = TimeSpan.FromMinutes(6);
        try
        {
            using var late = await http.GetAsync(new Uri(url));
            await Refusal.AssertAsync(late, 403, "AccessDenied");
        }
        finally
        {
            server.Time.Offset = TimeSpan.Zero;
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }

    private static async Task<string> TextAsync(AmazonS3Client client, string key)
    {
        using var got = await client.GetObjectAsync(S3Server.Bucket, key);
        return Encoding.UTF8.GetString(await ReadAsync(got.ResponseStream));
    }
}
