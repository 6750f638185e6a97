using System.Text;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Core.Tests.Storage;

public class S3ChecksumTests
{
    // The check value of CRC32C, E3069283, as S3 writes it.
    private static readonly byte[] Digits = "123456789"u8.ToArray();
    private const string OfDigits = "4waSgw==";

    [Fact]
    public async Task A_server_that_names_the_algorithm_gets_our_checksum_everywhere()
    {
        await using var server = S3Scripting.Serve((request, _) => request switch
        {
            { Method: "POST", Target: var target } when target.Contains("uploads", StringComparison.Ordinal) =>
                Begun() with { Headers = [("x-amz-checksum-algorithm", "CRC32C")] },
            { Method: "POST" } => S3Reply.Xml("<CompleteMultipartUploadResult><ETag>\"done-1\"</ETag></CompleteMultipartUploadResult>"),
            _ => new S3Reply(200, null, [("ETag", "\"tag\"")]),
        });
        await using var store = S3Scripting.Open(server.Url);
        Assert.False((await store.PutAsync("before", Digits, S3Scripting.Metadata(), default)).HasChecksum);
        var upload = await store.BeginAsync("key", S3Scripting.Metadata(), default);
        var part = await store.WritePartAsync(upload, 1, Digits, default);
        await store.CommitAsync(upload, [part], default);
        Assert.True((await store.PutAsync("after", Digits, S3Scripting.Metadata(), default)).HasChecksum);

        Assert.True(upload.HasChecksums);
        Assert.Equal(OfDigits, part.Checksum);
        Assert.DoesNotContain("x-amz-checksum-crc32c", server.Requests[0].Headers.Keys);
        Assert.Equal("CRC32C", server.Requests[1].Headers["x-amz-checksum-algorithm"]);
        Assert.Equal(OfDigits, server.Requests[2].Headers["x-amz-checksum-crc32c"]);
        Assert.Contains($"<ChecksumCRC32C>{OfDigits}</ChecksumCRC32C>", server.Requests[3].BodyText, StringComparison.Ordinal);
        Assert.Equal(OfDigits, server.Requests[4].Headers["x-amz-checksum-crc32c"]);
        Assert.All(server.Requests, request => Assert.DoesNotContain(request.Headers.Keys, name => name.Contains("trailer", StringComparison.OrdinalIgnoreCase) || name.EndsWith("crc32", StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [InlineData(400, "InvalidArgument")]
    [InlineData(501, "NotImplemented")]
    public async Task A_server_that_refuses_the_offer_is_not_made_it_again(int status, string code)
    {
        await using var server = S3Scripting.Serve((request, _) =>
            request.Headers.Keys.Any(name => name.Contains("checksum", StringComparison.OrdinalIgnoreCase)) ? S3Reply.Error(status, code)
            : request.Method == "POST" ? Begun() : new S3Reply(200, null, [("ETag", "\"tag\"")]));
        await using var store = S3Scripting.Open(server.Url);
        var upload = await store.BeginAsync("key", S3Scripting.Metadata(), default);
        var part = await store.WritePartAsync(upload, 1, Digits, default);
        await store.BeginAsync("key", S3Scripting.Metadata(), default);
        await store.PutAsync("key", Digits, S3Scripting.Metadata(), default);
        Assert.False(upload.HasChecksums);
        Assert.Null(part.Checksum);
        Assert.Equal(5, server.Requests.Count);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("RequestTimeout", true)]
    [InlineData("InvalidArgument", true)]
    public async Task A_failure_that_passes_takes_no_checksums_from_what_follows(string code, bool fails)
    {
        // The first beginning fails; where it is repeated without checksums, that fails too when it shall.
        var asked = 0;
        await using var server = S3Scripting.Serve((_, _) => ++asked switch
        {
            1 => code.Length > 0 ? S3Reply.Error(400, code) : new S3Reply(400),
            2 when fails && code == "InvalidArgument" => S3Reply.Error(503, "SlowDown"),
            _ => Begun() with { Headers = [("x-amz-checksum-algorithm", "CRC32C")] },
        });
        await using var store = S3Scripting.Open(server.Url);
        var first = () => store.BeginAsync("key", S3Scripting.Metadata(), default);
        if (fails) await Assert.ThrowsAsync<RescaleInterlink.Errors.RescaleException>(first);
        else await first();
        Assert.True((await store.BeginAsync("key", S3Scripting.Metadata(), default)).HasChecksums);
        Assert.Equal("CRC32C", server.Requests[^1].Headers["x-amz-checksum-algorithm"]);
    }

    [Fact]
    public async Task A_server_that_says_nothing_of_checksums_gets_none()
    {
        await using var server = S3Scripting.Serve((request, _) => request.Method == "POST" ? Begun() : new S3Reply(200, null, [("ETag", "\"tag\"")]));
        await using var store = S3Scripting.Open(server.Url);
        var upload = await store.BeginAsync("key", S3Scripting.Metadata(), default);
        await store.WritePartAsync(upload, 1, Digits, default);
        Assert.False(upload.HasChecksums);
        Assert.DoesNotContain(server.Requests[1].Headers.Keys, name => name.Contains("checksum", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(false, "bucket.s3.us-gov-west-1.amazonaws.com")]
    [InlineData(true, "bucket.s3-fips.us-gov-west-1.amazonaws.com")]
    public async Task S3_itself_is_asked_at_its_own_address_and_always_gets_our_checksum(bool fips, string host)
    {
        using var wire = new Wire();
        using var http = new HttpClient(wire);
        await using var store = new RescaleInterlink.Storage.S3.S3ObjectStore(new StoreDescription("us-gov-west-1", "bucket", null, fips),
            new CredentialCache<S3Credentials>((_, _) => Task.FromResult(S3Scripting.Keys()), TimeProvider.System), http);
        await store.PutAsync("a b", Digits, S3Scripting.Metadata(), default);
        Assert.Equal($"https://{host}/a%20b", wire.Last!.RequestUri!.AbsoluteUri);
        Assert.Equal(OfDigits, wire.Last.Headers.GetValues("x-amz-checksum-crc32c").Single());
        Assert.Equal("UNSIGNED-PAYLOAD", wire.Last.Headers.GetValues("x-amz-content-sha256").Single());
    }

    private static S3Reply Begun() => new(200, Encoding.UTF8.GetBytes("<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>"));

    private sealed class Wire : HttpMessageHandler
    {
        public HttpRequestMessage? Last { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Last = request;
            return Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent([]), Headers = { { "ETag", "\"tag\"" } } });
        }
    }
}
