using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Azure;

/// <summary>The port that stands before Azurite: what passes, what is counted, what is logged, and what goes wrong on demand.</summary>
public sealed class AzureProxyTests(AzureSandbox azure) : IClassFixture<AzureSandbox>
{
    private const string Block = "comp=block&blockid=YmxvY2stMDAwMDAwMDAwMA%3D%3D";

    private readonly AzureSandbox _azure = AzureSandbox.WhyMissing is { } reason ? throw Xunit.Sdk.SkipException.ForSkip(reason) : azure;

    [Fact]
    public async Task Ranges_conditions_and_metadata_pass_both_ways()
    {
        string signature = await _azure.SignatureAsync();
        byte[] content = RandomNumberGenerator.GetBytes(300_000);
        await _azure.PutAsync("passing", content, signature, "SVY=");
        using var head = await _azure.SendAsync("HEAD", "passing", "", signature);
        Assert.Equal(content.Length, head.Content.Headers.ContentLength);
        Assert.Equal("SVY=", head.Headers.GetValues("x-ms-meta-iv").Single());
        string tag = head.Headers.ETag!.Tag;

        using var range = await _azure.SendAsync("GET", "passing", "", signature, body: null, ("x-ms-range", "bytes=1000-250999"), ("If-Match", tag));
        Assert.Equal(206, (int)range.StatusCode);
        Assert.Equal(content[1000..251_000], await range.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        using var changed = await _azure.SendAsync("GET", "passing", "", signature, body: null, ("If-Match", "\"0x0\""));
        Assert.Equal(412, (int)changed.StatusCode);
        Assert.Equal("ConditionNotMet", changed.Headers.GetValues("x-ms-error-code").Single());
        using var list = await _azure.SendAsync("GET", "", "restype=container&comp=list&prefix=passing", signature);
        Assert.Contains($"ServiceEndpoint=\"{_azure.Sandbox.Started.AzureEndpoint}", await list.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Operations_and_bytes_are_counted_and_no_signature_is_logged()
    {
        (await _azure.Api.SendAsync("DELETE", "/sandbox/requests/")).Expect(204);
        string signature = await _azure.SignatureAsync();
        await _azure.PutAsync("counted", new byte[50_000], signature);
        using (var read = await _azure.SendAsync("GET", "counted", "", signature))
            Assert.Equal(50_000, (await read.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
        using (var blocks = await _azure.SendAsync("GET", "counted", "comp=blocklist&blocklisttype=all", signature))
            Assert.Equal(200, (int)blocks.StatusCode);
        var counters = await _azure.CountersAsync();
        foreach (string operation in new[] { "PUT PutBlock", "PUT PutBlockList", "GET GetBlob", "GET GetBlockList" })
            Assert.Equal(1, counters["requests"]![operation]!.GetValue<long>());
        Assert.InRange(counters["bytesIn"]!.GetValue<long>(), 50_000, 50_200);
        Assert.InRange(counters["bytesOut"]!.GetValue<long>(), 50_000, 52_000);

        string log = await File.ReadAllTextAsync(Path.Combine(_azure.Sandbox.Started.Path, "sandbox.log"), TestContext.Current.CancellationToken);
        Assert.Contains("PutBlockList", log);
        Assert.DoesNotContain("sig=", log);
        Assert.DoesNotContain("sv=20", log);
    }

    [Fact]
    public async Task A_body_is_passed_on_while_it_still_comes()
    {
        string signature = await _azure.SignatureAsync();
        using var client = await Faults.RawClient.ConnectAsync(_azure.Sandbox.Started.AzureEndpoint!);
        byte[] half = new byte[4 << 20];
        string target = _azure.Address("streamed", Block, signature).PathAndQuery;
        await client.SendRawAsync(Encoding.ASCII.GetBytes($"PUT {target} HTTP/1.1\r\nHost: {client.Host}\r\nContent-Length: {2 * half.Length}\r\n\r\n"));
        await client.SendRawAsync(half);
        // A proxy that kept bodies would have nothing on Azurite's side yet; what has been read by it is what was passed on.
        await Eventually.TrueAsync(async () => (await _azure.CountersAsync())["bytesIn"]!.GetValue<long>() >= half.Length, () => "The first half is not read.");
        await client.SendRawAsync(half);
        Assert.Equal(201, (await client.ReadAnswerAsync()).Status);
    }

    [Theory]
    [InlineData(503, "ServerBusy")]
    [InlineData(500, "InternalError")]
    public async Task Status_answers_Azures_error_and_does_nothing(int status, string code)
    {
        string signature = await _azure.SignatureAsync(), blob = $"status-{status}";
        await _azure.PlanAsync("status", rule => (rule["operation"], rule["status"], rule["retryAfterSeconds"]) = ("PutBlock", status, 2));
        using var refused = await _azure.SendAsync("PUT", blob, Block, signature, new byte[1000]);
        Assert.Equal(status, (int)refused.StatusCode);
        Assert.Equal(code, refused.Headers.GetValues("x-ms-error-code").Single());
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter!.Delta);
        Assert.Contains($"<Code>{code}</Code>", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var blocks = await _azure.SendAsync("GET", blob, "comp=blocklist&blocklisttype=uncommitted", signature);
        Assert.Equal(404, (int)blocks.StatusCode);
    }

    [Theory]
    [InlineData("resetBefore")]
    [InlineData("resetDuring")]
    [InlineData("resetAfter")]
    [InlineData("loseReply")]
    public async Task A_reset_of_an_upload_is_one_on_the_wire_and_only_a_lost_reply_has_done_the_work(string fault)
    {
        string signature = await _azure.SignatureAsync(), blob = $"upload-{fault}";
        await _azure.PlanAsync(fault, rule => rule["operation"] = "PutBlock");
        using (var client = await _azure.AskAsync("PUT", blob, Block, signature, new byte[2 << 20]))
        {
            var wire = await client.ReadToEndAsync();
            Assert.True(wire.Reset);
            Assert.True(wire.IsEmpty);
        }

        using var blocks = await _azure.SendAsync("GET", blob, "comp=blocklist&blocklisttype=uncommitted", signature);
        Assert.Equal(fault == "loseReply" ? 200 : 404, (int)blocks.StatusCode);
    }

    [Theory]
    [InlineData("truncate", 100_000, false)]
    [InlineData("resetDuring", 100_000, true)]
    [InlineData("oversize", 200_016, false)]
    public async Task A_download_is_cut_where_the_plan_says(string fault, int bytes, bool reset)
    {
        string signature = await _azure.SignatureAsync();
        await _azure.PutAsync("cut", new byte[200_000], signature);
        await _azure.PlanAsync(fault, rule => rule["operation"] = "GetBlob");
        using var client = await _azure.AskAsync("GET", "cut", "", signature);
        var wire = await client.ReadToEndAsync();
        Assert.Equal(200, wire.Status);
        Assert.Equal(200_000, wire.ContentLength);
        Assert.Equal(bytes, wire.Body.Length);
        Assert.Equal(reset, wire.Reset);
    }

    [Fact]
    public async Task A_stall_holds_the_body_until_the_client_has_had_enough()
    {
        string signature = await _azure.SignatureAsync();
        await _azure.PutAsync("stalled", new byte[200_000], signature);
        await _azure.PlanAsync("stall", rule => (rule["operation"], rule["afterBytes"]) = ("GetBlob", 50_000));
        using (var client = await _azure.AskAsync("GET", "stalled", "", signature))
        {
            var wire = await client.ReadUntilAsync(50_000);
            Assert.Equal(50_000, wire.Body.Length);
            Assert.Equal(0, client.Available);
        }

        using var again = await _azure.SendAsync("GET", "stalled", "", signature);
        Assert.Equal(200_000, (await again.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task A_stall_behind_the_end_of_an_answer_comes_before_its_last_byte()
    {
        string signature = await _azure.SignatureAsync();
        await _azure.PutAsync("short", new byte[10], signature);
        await _azure.PlanAsync("stall", rule => (rule["operation"], rule["afterBytes"]) = ("GetBlob", 50_000));
        using var client = await _azure.AskAsync("GET", "short", "", signature);
        Assert.Equal(9, (await client.ReadUntilAsync(9)).Body.Length);
        Assert.Equal(0, client.Available);
    }

    [Fact]
    public async Task Expired_credentials_are_refused_and_new_ones_work()
    {
        string signature = await _azure.SignatureAsync();
        await _azure.PutAsync("expiring", [1], signature);
        await _azure.PlanAsync("expireCredentials", rule => rule["operation"] = "GetProperties");
        using var refused = await _azure.SendAsync("HEAD", "expiring", "", signature);
        Assert.Equal(403, (int)refused.StatusCode);
        Assert.Equal("AuthenticationFailed", refused.Headers.GetValues("x-ms-error-code").Single());
        using var still = await _azure.SendAsync("GET", "expiring", "", signature);
        Assert.Equal(403, (int)still.StatusCode);
        using var renewed = await _azure.SendAsync("GET", "expiring", "", await _azure.SignatureAsync());
        Assert.Equal(200, (int)renewed.StatusCode);
    }

    [Fact]
    public async Task A_changed_object_has_another_tag_other_bytes_and_the_same_length_and_metadata()
    {
        string signature = await _azure.SignatureAsync();
        await _azure.PutAsync("changing", [0, 1, 2], signature, "SVY=");
        using var before = await _azure.SendAsync("HEAD", "changing", "", signature);
        await _azure.PlanAsync("objectChanged", rule => rule["operation"] = "GetBlob");
        using var after = await _azure.SendAsync("GET", "changing", "", signature);
        Assert.Equal([255, 254, 253], await after.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.NotEqual(before.Headers.ETag, after.Headers.ETag);
        Assert.Equal("SVY=", after.Headers.GetValues("x-ms-meta-iv").Single());
    }

    [Fact]
    public async Task An_error_under_status_200_is_an_error_body()
    {
        await _azure.PlanAsync("okWithError", rule => rule["operation"] = "PutBlockList");
        using var answer = await _azure.SendAsync("PUT", "claimed", "comp=blocklist", await _azure.SignatureAsync(), "<BlockList/>"u8.ToArray());
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("<Error>", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
