using System.IO.Compression;
using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform.Hostile;

/// <summary>A server, or something between, that does not answer as the platform does: every call ends with what could be read or with
/// one clear error, in bounded memory, and no key leaves for another host.</summary>
public class HostileServerTests
{
    /// <summary>One that cannot be read shows the bounds: 300 MiB once unpacked.</summary>
    private static readonly Lazy<byte[]> Bomb = new(static () =>
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("{\"detail\":\""u8);
            var filling = Enumerable.Repeat((byte)'a', 1 << 20).ToArray();
            for (var i = 0; i < 300; i++)
                gzip.Write(filling);
        }

        return packed.ToArray();
    });

    private static readonly byte[] BigPage = Encoding.UTF8.GetBytes("<html><head><title>Blocked by policy</title></head>" + new string('x', 10 << 20));

    private static readonly Dictionary<string, Func<ScriptedReply, Task>> Answers = new()
    {
        ["a login page instead of JSON"] = r => Html(r, 200, "<html><title>Sign in</title></html>"u8.ToArray()),
        ["an error page of 10 MB"] = r => Html(r, 403, BigPage),
        ["a gateway's error page of 10 MB"] = r => Html(r, 502, BigPage),
        ["nothing"] = r => r.JsonAsync(200, ""),
        ["nothing, as an error"] = r => r.JsonAsync(400, ""),
        ["null"] = r => r.JsonAsync(200, "null"),
        ["a number"] = r => r.JsonAsync(200, "7"),
        ["an empty list"] = r => r.JsonAsync(200, "[]"),
        ["a list of nothing"] = r => r.JsonAsync(200, """{"results":[null,null]}"""),
        ["a list that is none"] = r => r.JsonAsync(200, """{"results":{"a":1},"next":7}"""),
        ["wrong types"] = r => r.JsonAsync(200, """{"id":[1],"name":{},"decryptedSize":true,"pathParts":{"path":7},"dateUploaded":{},"results":[{"id":{},"code":3,"cores":["4","x",-1,1e99],"item":{"id":9}}]}"""),
        ["numbers as text and text as numbers"] = r => r.JsonAsync(200, """{"id":7,"name":1.50,"isUploaded":"1","decryptedSize":"0012","results":[{"id":1e9999,"name":12345678901234567890123}]}"""),
        ["a hundred thousand brackets"] = r => r.JsonAsync(200, new string('[', 100_000)),
        ["deep objects"] = r => r.JsonAsync(200, string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000)),
        ["a deep error"] = r => r.JsonAsync(400, string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000)),
        ["an error that grows when it is unfolded"] = r => r.JsonAsync(400, $$"""{"{{new string('n', 400_000)}}":[{{string.Join(',', Enumerable.Repeat("1", 200_000))}}]}"""),
        ["bytes that are no UTF-8"] = r => r.SendAsync(200, [.. "{\"id\":\""u8, 0xff, 0xfe, .. "\",\"results\":[{\"id\":\""u8, 0xc0, 0x80, .. "\"}]}"u8]),
        ["names that are no UTF-8"] = r => r.SendAsync(200, [.. "{\""u8, 0xff, 0xfe, .. "\":1,\"results\":[{\""u8, 0xc0, .. "\":2}]}"u8]),
        ["half a character"] = r => r.JsonAsync(200, """{"id":"\ud800","name":"\udfff","results":[{"id":"\ud83d"}]}"""),
        ["half an answer"] = r => r.JsonAsync(200, """{"id":"x","results":[{"id":"1"},{"id":"""),
        ["half an answer under its full length"] = r => r.TruncatedAsync(200, "{\"id\":\"x\""u8.ToArray(), 5000),
        ["more than was promised"] = r => Excess(r),
        ["a gzip bomb"] = r => r.SendAsync(200, Bomb.Value, "Content-Encoding: gzip", "Content-Type: application/json"),
        ["a gzip bomb as an error"] = r => r.SendAsync(400, Bomb.Value, "Content-Encoding: gzip", "Content-Type: application/json"),
        ["gzip that is none"] = r => r.SendAsync(200, "{\"id\":\"x\"}"u8.ToArray(), "Content-Encoding: gzip"),
        ["another encoding"] = r => r.SendAsync(200, [1, 2, 3], "Content-Encoding: br"),
        ["names of a megabyte"] = r => r.JsonAsync(200, $$"""{"id":"{{new string('i', 1 << 20)}}","name":"{{new string('n', 1 << 20)}}","results":[{"id":"{{new string('i', 1 << 20)}}","name":"{{new string('n', 1 << 20)}}"}]}"""),
        ["an error of control characters"] = r => r.JsonAsync(400, "{\"detail\":\"\\u001b[2J\\u0007\\u202e\\u0000gone\"}"),
        ["an error with the key in it"] = r => r.JsonAsync(400, $$"""{"detail":"Token {{Clients.Key}} and {{Clients.Key}}"}"""),
        ["a status nobody knows"] = r => r.JsonAsync(299, "{}"),
        ["a failure without words"] = r => r.RawAsync("HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n"),
        ["no HTTP"] = async r =>
        {
            await r.RawAsync("SSH-2.0-OpenSSH_9.2\r\n");
            r.Close();
        },
        ["a header without end"] = async r =>
        {
            await r.RawAsync("HTTP/1.1 200 OK\r\nX: " + new string('h', 200_000));
            r.Close();
        },
        ["a length that is none"] = async r =>
        {
            await r.RawAsync("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}");
            r.Close();
        },
        ["two lengths"] = async r =>
        {
            await r.RawAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}");
            r.Close();
        },
        ["a wait of a century"] = r => r.JsonAsync(429, "{}", "Retry-After: 99999999999999"),
        ["a wait until the end of time"] = r => r.JsonAsync(503, "{}", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", "Date: Mon, 01 Jan 0001 00:00:00 GMT"),
    };

    /// <summary>Nothing is repeated, and no time-out strikes.</summary>
    private static ApiPolicy Once { get; } = Clients.Patient with { MaxRetries = 0, ConnectionTestRetries = 0, ConnectionTestTime = TimeSpan.FromHours(5) };

    public static TheoryData<string> Names => [.. Answers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_call_ends_with_records_or_one_clear_error(string answer)
    {
        await using var server = new ScriptedServer((_, reply) => Answers[answer](reply));
        using var client = Clients.For(server, policy: Once);
        foreach (var call in EveryCall.All)
        {
            try
            {
                await call.Invoke(client).WaitAsync(TestPatience.Long);
            }
            catch (RescaleException e)
            {
                Assert.True(e.Message.Length is > 10 and < 1500, $"{call}: {e.Message.Length} characters");
                Assert.False(e.Message.Any(ShownText.IsUnsafe), $"{call}: {e.Message}");
                Assert.DoesNotContain(Clients.Key, e.ToString());
                Assert.False(string.IsNullOrEmpty(e.RecommendedAction), $"{call}: {e.Message}");
            }
        }
    }

    [Theory]
    [InlineData(200, ErrorIds.PlatformProtocol)]
    [InlineData(500, ErrorIds.PlatformFault)]
    public async Task An_endless_answer_is_given_up_at_the_bound(int status, string id)
    {
        long sent = 0;
        await using var server = new ScriptedServer(async (_, reply) =>
        {
            await reply.RawAsync($"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            var chunk = "100000\r\n" + new string(' ', 1 << 20) + "\r\n";
            // Ends with the connection, which the client closes.
            while (true)
            {
                await reply.RawAsync(chunk);
                Interlocked.Add(ref sent, 1 << 20);
            }
        });
        using var client = Clients.For(server, policy: Once);
        await RetryTests.FailsWith(id, client.Files.GetAsync("x", default));
        // What lies in the sockets' buffers comes on top.
        Assert.InRange(Interlocked.Read(ref sent), 0, (status == 200 ? 64L << 20 : 1L << 20) + (32L << 20));
    }

    [Fact]
    public async Task A_link_to_another_host_is_never_followed_by_any_listing()
    {
        await using var other = ScriptedServer.InTurn(r => r.JsonAsync(200, """{"results":[]}"""));
        var elsewhere = other.Url.AbsoluteUri.Replace("127.0.0.1", "user:secret@127.0.0.1", StringComparison.Ordinal) + "api/v3/x/?page=2";
        await using var server = new ScriptedServer((request, reply) => reply.JsonAsync(
            200,
            request.Target.Contains("page=2", StringComparison.Ordinal)
                ? """{"results":[{"id":"2","name":"b","code":"b","status":"s","type":"file","item":{"id":"2"}}]}"""
                : $$"""{"id":"x","myJobs":"a","myLibrary":"b","storageType":"s","next":"{{elsewhere}}","results":[{"id":"1","name":"a","code":"a","status":"s","type":"file","item":{"id":"1"} }]}"""));
        using var client = Clients.For(server, policy: Once);
        foreach (var call in EveryCall.All)
        {
            try
            {
                await call.Invoke(client);
            }
            catch (RescaleException e) when (e.ErrorId == ErrorIds.PlatformProtocol)
            {
                // A call that is no listing, and has another shape.
            }
        }

        Assert.Empty(other.Requests);
        Assert.Contains(server.Requests, static request => request.Target.StartsWith("/api/v3/x/?page=2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_that_repeats_entries_adds_none()
    {
        await using var server = new ScriptedServer((request, reply) => reply.JsonAsync(200, request.Target.Contains("page=3", StringComparison.Ordinal)
            ? """{"next":null,"results":[{"id":"3"},{"id":"4"}]}"""
            : request.Target.Contains("page=2", StringComparison.Ordinal)
                ? """{"next":"/api/v3/jobs/?page=3","results":[{"id":"2"},{"id":"3"}]}"""
                : """{"next":"/api/v3/jobs/?page=2","results":[{"id":"1"},{"id":"1"},{"id":"2"}]}"""));
        using var client = Clients.For(server);
        Assert.Equal(["1", "2", "3", "4"], await client.Jobs.ListAsync(default).Select(static (PlatformJob job, CancellationToken _) => ValueTask.FromResult(job.Id)).ToListAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_identifier_that_leads_elsewhere_is_never_sent(string id)
    {
        await using var server = ScriptedServer.InTurn(r => r.JsonAsync(200, """{"id":"x"}"""));
        using var client = Clients.For(server);
        await RetryTests.FailsWith(ErrorIds.JobNotFound, client.Jobs.DeleteAsync(id, default));
        await RetryTests.FailsWith(ErrorIds.JobNotFound, client.Jobs.SubmitAsync(id, default));
        await RetryTests.FailsWith(ErrorIds.FileNotFound, client.Files.GetAsync(id, default));
        await RetryTests.FailsWith(ErrorIds.JobNotFound, client.Jobs.GetAsync(new string('i', 1 << 20), default));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_key_that_is_revoked_in_the_middle_of_a_listing_keeps_what_was_streamed()
    {
        await using var server = ScriptedServer.InTurn(
            r => r.JsonAsync(200, """{"next":"/api/v3/jobs/?page=2","results":[{"id":"1"},{"id":"2"}]}"""),
            r => r.JsonAsync(401, """{"detail":"Invalid token."}"""));
        using var client = Clients.For(server);
        var streamed = new List<string>();
        var error = await Assert.ThrowsAsync<RescaleException>(async () =>
        {
            await foreach (var job in client.Jobs.ListAsync(default))
                streamed.Add(job.Id);
        });
        Assert.Equal(ErrorIds.ApiKeyRejected, error.ErrorId);
        Assert.Equal(["1", "2"], streamed);
        Assert.Equal(2, server.Requests.Count);
    }

    private static Task Html(ScriptedReply reply, int status, byte[] page) => reply.SendAsync(status, page, "Content-Type: text/html; charset=utf-8");

    private static async Task Excess(ScriptedReply reply)
    {
        await reply.RawAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"id\":\"x\"}");
        await reply.RawAsync("{\"id\":\"smuggled\"}");
        reply.Close();
    }
}
