using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using RescaleInterlink.Sandbox.Objects;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.S3;

/// <summary>The endpoint refuses what S3 refuses, with S3's own status and code, and nothing is stored.</summary>
public sealed class RefusalTests(S3Server server) : IClassFixture<S3Server>
{
    private const string Streaming = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private static readonly byte[] Body = "some content"u8.ToArray();

    private static string Forge(string signature) => (signature[0] == '0' ? '1' : '0') + signature[1..];

    [Fact]
    public async Task A_wrong_signature() => await RefusedAsync(403, "SignatureDoesNotMatch", raw => raw.SendAsync(HttpMethod.Put, "refused", Body, forge: Forge));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_waits_for_100_continue_and_gets_none_is_told_to_connect_anew(bool authentic)
    {
        // Botocore gives an answer that came instead of 100 Continue to the next request of the connection too.
        using var raw = new SignedHttp(server);
        using var http = new HttpClient();
        using var message = raw.Request(HttpMethod.Put, "empty", [], forge: authentic ? null : Forge).Message;
        message.Headers.ExpectContinue = true;
        using var answer = await http.SendAsync(message, TestContext.Current.CancellationToken);
        Assert.Equal(authentic ? 200 : 403, (int)answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);
    }

    [Fact]
    public async Task No_signature()
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(server.Url, "/sandbox/x"));
        await Refusal.AssertAsync(response, 403, "AccessDenied");
    }

    [Fact]
    public async Task A_changed_query() => await RefusedAsync(403, "SignatureDoesNotMatch", async raw =>
    {
        var (message, _) = raw.Request(HttpMethod.Get, "?list-type=2&prefix=a");
        message.RequestUri = new Uri(message.RequestUri!.AbsoluteUri.Replace("prefix=a", "prefix=b", StringComparison.Ordinal));
        return await SendAsync(message);
    });

    [Fact]
    public async Task A_header_of_amazon_that_is_not_signed() => await RefusedAsync(403, "AccessDenied", async raw =>
    {
        var (message, _) = raw.Request(HttpMethod.Put, "refused", Body);
        message.Headers.Add("x-amz-meta-smuggled", "1");
        return await SendAsync(message);
    });

    [Fact]
    public async Task Another_region() => await RefusedAsync(400, "AuthorizationHeaderMalformed", raw =>
    {
        raw.Region = "eu-central-1";
        return raw.SendAsync(HttpMethod.Get, "x");
    });

    [Fact]
    public async Task An_unknown_key() => await RefusedAsync(403, "InvalidAccessKeyId", raw =>
    {
        raw.Credential = raw.Credential with { AccessKey = "ASIAAAAAAAAAAAAAAAAA" };
        return raw.SendAsync(HttpMethod.Get, "x");
    });

    [Fact]
    public async Task A_wrong_session_token() => await RefusedAsync(400, "InvalidToken", raw =>
    {
        raw.Credential = raw.Credential with { SessionToken = "AAAA" };
        return raw.SendAsync(HttpMethod.Get, "x");
    });

    [Fact]
    public async Task A_missing_session_token() => await RefusedAsync(403, "InvalidAccessKeyId", async raw =>
    {
        var (message, _) = raw.Request(HttpMethod.Get, "x");
        message.Headers.Remove("x-amz-security-token");
        return await SendAsync(message);
    });

    [Fact]
    public async Task An_expired_token() => await RefusedAsync(400, "ExpiredToken", raw =>
    {
        raw.Credential = server.Credentials.Issue(TimeSpan.FromSeconds(-1));
        return raw.SendAsync(HttpMethod.Get, "x");
    });

    [Theory]
    [InlineData(20)]
    [InlineData(-20)]
    public async Task A_clock_twenty_minutes_off(int minutes) => await RefusedAsync(403, "RequestTimeTooSkewed", raw =>
    {
        raw.ClockError = TimeSpan.FromMinutes(minutes);
        return raw.SendAsync(HttpMethod.Get, "x");
    });

    [Fact]
    public async Task A_clock_ten_minutes_off_is_borne()
    {
        using var raw = new SignedHttp(server) { ClockError = TimeSpan.FromMinutes(10) };
        await raw.PutAsync("borne", Body);
    }

    [Fact]
    public async Task A_wrong_payload_hash() => await RefusedAsync(
        400, "XAmzContentSHA256Mismatch", raw => raw.SendAsync(HttpMethod.Put, "refused", Body, payloadHash: SignedHttp.Hex(SHA256.HashData([1]))));

    [Fact]
    public async Task A_payload_mode_that_does_not_exist() =>
        await RefusedAsync(400, "InvalidArgument", raw => raw.SendAsync(HttpMethod.Put, "refused", Body, payloadHash: "STREAMING-NONSENSE"));

    [Fact]
    public async Task A_wrong_content_md5() => await RefusedAsync(
        400, "BadDigest", raw => raw.SendAsync(HttpMethod.Put, "refused", Body, headers: [("Content-MD5", Convert.ToBase64String(new byte[16]))]));

    [Fact]
    public async Task A_content_md5_that_is_none() =>
        await RefusedAsync(400, "InvalidDigest", raw => raw.SendAsync(HttpMethod.Put, "refused", Body, headers: [("Content-MD5", "AAAA")]));

    [Theory]
    [InlineData("crc32", 4)]
    [InlineData("crc32c", 4)]
    [InlineData("crc64nvme", 8)]
    [InlineData("sha1", 20)]
    [InlineData("sha256", 32)]
    public async Task A_wrong_checksum_in_a_header(string algorithm, int length)
    {
        await RefusedAsync(400, "BadDigest", raw => raw.SendAsync(
            HttpMethod.Put, "refused", Body, headers: [("x-amz-checksum-" + algorithm, Convert.ToBase64String(new byte[length]))]));
        await RefusedAsync(400, "InvalidRequest", raw => raw.SendAsync(
            HttpMethod.Put, "refused", Body, headers: [("x-amz-checksum-" + algorithm, Convert.ToBase64String(new byte[length + 1]))]));
        using var raw = new SignedHttp(server);
        var digest = Enum.Parse<DigestAlgorithms>(algorithm, ignoreCase: true);
        var right = Convert.ToBase64String(ContentDigests.Compute(digest, Body));
        using var taken = await raw.SendAsync(HttpMethod.Put, "taken", Body, headers: [("x-amz-checksum-" + algorithm, right)]);
        Assert.Equal(right, taken.Headers.GetValues("x-amz-checksum-" + algorithm).Single());
        using var head = await raw.SendAsync(HttpMethod.Head, "taken", headers: [("x-amz-checksum-mode", "ENABLED")]);
        Assert.Equal(right, head.Headers.GetValues("x-amz-checksum-" + algorithm).Single());
    }

    [Fact]
    public async Task A_wrong_chunk_signature()
    {
        await FramedAsync(Streaming, chunks => [.. chunks.Chunk(Body), .. chunks.End()], null);
        await FramedAsync(Streaming, chunks => [.. chunks.Chunk(Body, Forge), .. chunks.End()], (403, "SignatureDoesNotMatch"));
        await FramedAsync(Streaming, chunks => [.. chunks.Chunk(Body), .. chunks.End(Forge)], (403, "SignatureDoesNotMatch"));
    }

    [Fact]
    public async Task A_chunk_whose_data_were_changed() => await FramedAsync(Streaming, chunks =>
    {
        var chunk = chunks.Chunk(Body);
        chunk[^3] ^= 1;
        return [.. chunk, .. chunks.End()];
    }, (403, "SignatureDoesNotMatch"));

    [Fact]
    public async Task Chunks_in_another_order() => await FramedAsync(Streaming, chunks =>
    {
        var first = chunks.Chunk(Body.AsSpan(0, 6));
        var second = chunks.Chunk(Body.AsSpan(6));
        return [.. second, .. first, .. chunks.End()];
    }, (403, "SignatureDoesNotMatch"));

    [Fact]
    public async Task A_wrong_trailing_checksum_or_its_signature()
    {
        var right = Convert.ToBase64String(ContentDigests.Compute(DigestAlgorithms.Crc32C, Body));
        const string name = "x-amz-checksum-crc32c";
        const string signed = Streaming + "-TRAILER";
        await FramedAsync(signed, chunks => [.. chunks.Chunk(Body), .. chunks.Chunk([]), .. chunks.Trailer(name, right)], null, name);
        await FramedAsync(signed, chunks => [.. chunks.Chunk(Body), .. chunks.Chunk([]), .. chunks.Trailer(name, "AAAAAA==")], (400, "BadDigest"), name);
        await FramedAsync(signed, chunks => [.. chunks.Chunk(Body), .. chunks.Chunk([]), .. chunks.Trailer(name, right, Forge)], (403, "SignatureDoesNotMatch"), name);
        await FramedAsync(signed, chunks => [.. chunks.Chunk(Body), .. chunks.Chunk([]), .. "\r\n"u8], (400, "MalformedTrailerError"), name);

        byte[] Plain(string? trailer) => Encoding.ASCII.GetBytes($"{Body.Length:x}\r\n{Encoding.ASCII.GetString(Body)}\r\n0\r\n{trailer}\r\n");
        const string unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
        await FramedAsync(unsigned, _ => Plain($"{name}:{right}\r\n"), null, name);
        await FramedAsync(unsigned, _ => Plain($"{name}:AAAAAA==\r\n"), (400, "BadDigest"), name);
        await FramedAsync(unsigned, _ => Plain($"{name}:not base64\r\n"), (400, "InvalidRequest"), name);
        await FramedAsync(unsigned, _ => Plain(null), (400, "MalformedTrailerError"), name);
    }

    [Fact]
    public async Task A_framed_body_of_another_length_than_announced()
    {
        await FramedAsync(Streaming, chunks => [.. chunks.Chunk(Body.AsSpan(1)), .. chunks.End()], (400, "IncompleteBody"));
        await FramedAsync(Streaming, chunks => [.. chunks.Chunk([.. Body, 1]), .. chunks.End()], (400, "IncompleteBody"));
        await FramedAsync(Streaming, chunks => chunks.Chunk(Body), (400, "IncompleteBody"));
        await FramedAsync(Streaming, chunks => chunks.Chunk(Body)[..^5], (400, "IncompleteBody"));
        await FramedAsync(Streaming, _ => "xyz\r\n"u8.ToArray(), (400, "IncompleteBody"));
    }

    [Fact]
    public async Task A_put_without_a_length()
    {
        using var raw = new SignedHttp(server);
        var (message, _) = raw.Request(HttpMethod.Put, "refused", Body);
        message.Headers.TransferEncodingChunked = true;
        using var response = await SendAsync(message);
        await Refusal.AssertAsync(response, 411, "MissingContentLength");
    }

    [Fact]
    public async Task What_is_not_there()
    {
        await RefusedAsync(404, "NoSuchKey", raw => raw.SendAsync(HttpMethod.Get, "nothing"));
        await RefusedAsync(404, "NoSuchBucket", raw => raw.SendAsync(HttpMethod.Get, "nothing", bucket: "elsewhere"));
        await RefusedAsync(404, "NoSuchUpload", raw => raw.SendAsync(HttpMethod.Put, "nothing?partNumber=1&uploadId=none", Body));
        await RefusedAsync(404, "NoSuchUpload", raw => raw.SendAsync(HttpMethod.Get, "nothing?uploadId=none"));
        await RefusedAsync(404, "NoSuchUpload", raw => raw.SendAsync(HttpMethod.Delete, "nothing?uploadId=none"));
        await RefusedAsync(404, "NoSuchUpload", raw => raw.SendAsync(HttpMethod.Post, "nothing?uploadId=none", Body));
        await RefusedAsync(501, "NotImplemented", raw => raw.SendAsync(HttpMethod.Get, "nothing?acl"));
        await RefusedAsync(403, "AccessDenied", raw => raw.SendAsync(HttpMethod.Put, "", [], bucket: "new-one"));
    }

    [Fact]
    public async Task Too_much_of_it()
    {
        await RefusedAsync(400, "KeyTooLongError", raw => raw.SendAsync(HttpMethod.Put, new string('k', 1025), Body));
        await RefusedAsync(400, "MetadataTooLarge", raw => raw.SendAsync(HttpMethod.Put, "refused", Body, headers: [("x-amz-meta-a", new string('m', 2048))]));
    }

    [Fact]
    public async Task Completions_that_do_not_fit_the_parts()
    {
        using var raw = new SignedHttp(server);
        var id = await BeginAsync(raw, "multi");
        var small = await PartAsync(raw, "multi", id, 1, 5 * 1024 * 1024 - 1);
        var large = await PartAsync(raw, "multi", id, 2, 5 * 1024 * 1024);
        var last = await PartAsync(raw, "multi", id, 3, 1);
        async Task RefuseAsync(string code, params (int, string)[] parts)
        {
            using var response = await CompleteAsync(raw, "multi", id, parts);
            await Refusal.AssertAsync(response, 400, code);
        }

        await RefuseAsync("EntityTooSmall", (1, small), (2, large), (3, last));
        await RefuseAsync("InvalidPart", (2, large), (4, last));
        await RefuseAsync("InvalidPart", (2, large), (3, small));
        await RefuseAsync("InvalidPartOrder", (3, last), (2, large));
        await RefuseAsync("InvalidPartOrder", (2, large), (2, large));
        await RefuseAsync("MalformedXML");
        using (var broken = await raw.SendAsync(HttpMethod.Post, $"multi?uploadId={id}", "<Complete"u8.ToArray())) await Refusal.AssertAsync(broken, 400, "MalformedXML");
        using (var number = await raw.SendAsync(HttpMethod.Put, $"multi?partNumber=10001&uploadId={id}", Body)) await Refusal.AssertAsync(number, 400, "InvalidArgument");
        Assert.Null(server.Objects.Find(S3Server.Bucket, "multi"));
        using (var done = await CompleteAsync(raw, "multi", id, (2, large), (3, last))) Assert.Equal(200, (int)done.StatusCode);
        using (var again = await CompleteAsync(raw, "multi", id, (2, large), (3, last))) await Refusal.AssertAsync(again, 404, "NoSuchUpload");
        Assert.Equal(5 * 1024 * 1024 + 1, server.Objects.Find(S3Server.Bucket, "multi")!.Length);
    }

    [Fact]
    public async Task A_checksum_of_another_algorithm_than_the_upload()
    {
        using var raw = new SignedHttp(server);
        var id = await BeginAsync(raw, "mixed", ("x-amz-checksum-algorithm", "SHA256"));
        using var response = await raw.SendAsync(
            HttpMethod.Put, $"mixed?partNumber=1&uploadId={id}", Body,
            headers: [("x-amz-checksum-crc32c", Convert.ToBase64String(ContentDigests.Compute(DigestAlgorithms.Crc32C, Body)))]);
        await Refusal.AssertAsync(response, 400, "InvalidRequest");
        using var none = await raw.SendAsync(HttpMethod.Put, $"mixed?partNumber=1&uploadId={id}", Body);
        await Refusal.AssertAsync(none, 400, "InvalidRequest");
    }

    [Fact]
    public async Task Deleting_many_needs_a_checksum()
    {
        var body = "<Delete><Object><Key>one</Key></Object><Object><Key>two</Key></Object></Delete>"u8.ToArray();
        await RefusedAsync(400, "InvalidRequest", raw => raw.SendAsync(HttpMethod.Post, "?delete", body));
        await RefusedAsync(400, "BadDigest", raw => raw.SendAsync(HttpMethod.Post, "?delete", body, headers: [("Content-MD5", Convert.ToBase64String(new byte[16]))]));
        using var raw = new SignedHttp(server);
        await raw.PutAsync("one", Body);
        using var done = await raw.SendAsync(HttpMethod.Post, "?delete", body, headers: [("Content-MD5", Convert.ToBase64String(Convert.FromHexString(S3Server.Md5(body))))]);
        Assert.Equal(200, (int)done.StatusCode);
        Assert.Null(server.Objects.Find(S3Server.Bucket, "one"));
    }

    [Fact]
    public async Task A_body_cut_in_the_middle_leaves_the_old_object()
    {
        using var raw = new SignedHttp(server);
        await raw.PutAsync("cut", "old"u8.ToArray());
        var stagedBefore = server.CountContentFiles();
        var content = S3Server.RandomBytes(2_000_000);
        var (message, _) = raw.Request(HttpMethod.Put, "cut", content);
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync("127.0.0.1", server.Url.Port);
            var head = new StringBuilder($"PUT {message.RequestUri!.PathAndQuery} HTTP/1.1\r\nHost: {server.Url.Authority}\r\nContent-Length: {content.Length}\r\n");
            foreach (var header in message.Headers) head.Append(CultureInfo.InvariantCulture, $"{header.Key}: {string.Join(',', header.Value)}\r\n");
            await socket.SendAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
            await socket.SendAsync(content.AsMemory(0, 1_000_000));
            var handled = server.Operations.Count;
            socket.Shutdown(SocketShutdown.Send);
            // Nobody is answered on a connection that has ended; what matters is that nothing looks like success.
            Assert.Equal(0, await ReceiveAsync(socket));
            await WaitForAsync(() => server.Operations.Count > handled);
        }

        var left = await raw.GetAsync("cut");
        Assert.Equal("old"u8, left);
        Assert.Equal(stagedBefore, server.CountContentFiles());
    }

    private async Task RefusedAsync(int status, string code, Func<SignedHttp, Task<HttpResponseMessage>> send)
    {
        using var raw = new SignedHttp(server);
        using var response = await send(raw);
        await Refusal.AssertAsync(response, status, code);
        Assert.Null(server.Objects.Find(S3Server.Bucket, "refused"));
    }

    private async Task FramedAsync(string mode, Func<ChunkSigner, byte[]> frame, (int Status, string Code)? refusal, string? trailer = null)
    {
        using var raw = new SignedHttp(server);
        var key = "framed-" + Guid.NewGuid().ToString("N");
        List<(string, string)> headers = [("x-amz-decoded-content-length", Body.Length.ToString(CultureInfo.InvariantCulture))];
        if (trailer is not null) headers.Add(("x-amz-trailer", trailer));
        var (message, chunks) = raw.Request(HttpMethod.Put, key, payloadHash: mode, headers: headers);
        message.Content = new ByteArrayContent(frame(chunks));
        message.Content.Headers.ContentEncoding.Add("aws-chunked");
        using var response = await SendAsync(message);
        if (refusal is not { } expected)
        {
            Assert.Equal("", await response.Content.ReadAsStringAsync());
            var stored = server.Objects.Find(S3Server.Bucket, key)!;
            Assert.Equal(Body.Length, stored.Length);
            Assert.Null(stored.Headers.ContentEncoding);
            return;
        }

        await Refusal.AssertAsync(response, expected.Status, expected.Code);
        Assert.Null(server.Objects.Find(S3Server.Bucket, key));
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message)
    {
        using var http = new HttpClient();
        return await http.SendAsync(message);
    }

    private static async Task<string> BeginAsync(SignedHttp raw, string key, params (string, string)[] headers)
    {
        using var response = await raw.SendAsync(HttpMethod.Post, key + "?uploads", headers: headers);
        return XElement.Parse(await response.Content.ReadAsStringAsync()).Elements().Single(e => e.Name.LocalName == "UploadId").Value;
    }

    private static async Task<string> PartAsync(SignedHttp raw, string key, string id, int number, int length)
    {
        using var response = await raw.SendAsync(HttpMethod.Put, $"{key}?partNumber={number}&uploadId={id}", S3Server.RandomBytes(length));
        return response.Headers.ETag!.Tag;
    }

    private static Task<HttpResponseMessage> CompleteAsync(SignedHttp raw, string key, string id, params (int Number, string ETag)[] parts) =>
        raw.SendAsync(HttpMethod.Post, $"{key}?uploadId={id}", Encoding.UTF8.GetBytes(new XElement(
            "CompleteMultipartUpload", parts.Select(part => new XElement("Part", new XElement("PartNumber", part.Number), new XElement("ETag", part.ETag)))).ToString()));

    private static async Task<int> ReceiveAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[4096]).WaitAsync(ApiClient.Patience);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(ApiClient.Patience);
        while (!condition()) await Task.Delay(10, limit.Token);
    }
}
