using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Faults;

/// <summary>Each kind of fault, as a bare socket sees it.</summary>
public sealed class FaultTests
{
    private const string Profile = "GET /api/v3/users/me/";
    private const string NewFolder = "POST /api/v3/folders/MyLibrary/";
    private static readonly byte[] Content = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];

    [Fact]
    public async Task Latency_delays_and_then_answers()
    {
        var time = new HurriedTime();
        await using var sandbox = await FaultySandbox.StartAsync(time);
        await sandbox.PlanAsync("api", "latency", rule => rule["milliseconds"] = 3_600_000);
        using var client = await sandbox.AskApiAsync(Profile);
        Assert.Equal(200, (await client.ReadAnswerAsync()).Status);
        Assert.Contains(TimeSpan.FromHours(1), time.Asked);
    }

    [Fact]
    public async Task A_status_of_the_api_is_a_DRF_body()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("api", "status", rule => rule["status"] = 502);
        using var client = await sandbox.AskApiAsync(NewFolder, """{"name": "x"}""");
        var answer = await client.ReadAnswerAsync();
        Assert.Equal(502, answer.Status);
        Assert.Contains("\"detail\"", answer.Text, StringComparison.Ordinal);
        (await sandbox.Api.SendAsync("DELETE", "/sandbox/faults/")).Expect(204);
        Assert.Empty((await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/")).Results);
    }

    [Fact]
    public async Task A_429_says_how_long()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("api", "status", rule => (rule["status"], rule["retryAfterSeconds"]) = (429, 7));
        using var client = await sandbox.AskApiAsync(Profile);
        var answer = await client.ReadAnswerAsync();
        Assert.Equal(429, answer.Status);
        Assert.Contains("Retry-After: 7\r\n", answer.Head + "\r\n", StringComparison.Ordinal);
        Assert.Equal("""{"detail":"Request was throttled. Expected available in 7 seconds."}""", answer.Text);
    }

    [Fact]
    public async Task A_status_of_S3_is_its_XML()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("s3", "status", rule => (rule["operation"], rule["code"]) = ("PutObject", "SlowDown"));
        using var client = await sandbox.AskS3Async(HttpVerb.PUT, "o", Content);
        var answer = await client.ReadAnswerAsync();
        Assert.Equal(503, answer.Status);
        Assert.Contains("<Error><Code>SlowDown</Code>", answer.Text, StringComparison.Ordinal);
        Assert.False(await sandbox.ExistsAsync("o"));
    }

    [Fact]
    public async Task A_reset_before_everything_leaves_nothing()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("api", "resetBefore", rule => rule["method"] = "POST");
        using var client = await sandbox.AskApiAsync(NewFolder, """{"name": "x"}""");
        var result = await client.ReadToEndAsync();
        Assert.True(result.IsEmpty);
        Assert.True(result.Reset);
        Assert.Empty((await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/")).Results);
    }

    [Fact]
    public async Task A_reset_after_the_requests_body_does_nothing()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("s3", "resetAfter", rule => rule["method"] = "PUT");
        using var client = await sandbox.AskS3Async(HttpVerb.PUT, "o", Content);
        var result = await client.ReadToEndAsync();
        Assert.True(result.IsEmpty);
        Assert.True(result.Reset);
        Assert.False(await sandbox.ExistsAsync("o"));
    }

    [Fact]
    public async Task A_reset_after_the_answers_body_lets_all_of_it_pass()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PutAsync("o", Content);
        await sandbox.PlanAsync("s3", "resetAfter", rule => rule["operation"] = "GetObject");
        using var client = await sandbox.AskS3Async(HttpVerb.GET, "o");
        var result = await client.ReadToEndAsync();
        Assert.Equal(200, result.Status);
        Assert.Equal(Content, result.Body);
        Assert.True(result.Reset);
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_an_answer()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PutAsync("o", Content);
        await sandbox.PlanAsync("s3", "resetDuring", rule => (rule["operation"], rule["afterBytes"]) = ("GetObject", 12_345));
        using var client = await sandbox.AskS3Async(HttpVerb.GET, "o");
        var result = await client.ReadToEndAsync();
        Assert.Equal(Content.Length, result.ContentLength);
        Assert.Equal(Content[..12_345], result.Body);
        Assert.True(result.Reset);
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_a_request()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("s3", "resetDuring", rule => rule["operation"] = "PutObject");
        using var client = await sandbox.AskS3Async(HttpVerb.PUT, "o", Content);
        var result = await client.ReadToEndAsync();
        Assert.True(result.IsEmpty);
        Assert.True(result.Reset);
        Assert.False(await sandbox.ExistsAsync("o"));
    }

    [Fact]
    public async Task A_stall_sends_so_much_and_then_nothing()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PutAsync("o", Content);
        await sandbox.PlanAsync("s3", "stall", rule => (rule["operation"], rule["afterBytes"]) = ("GetObject", 1000));
        using var client = await sandbox.AskS3Async(HttpVerb.GET, "o");
        Assert.Equal(Content[..1000], (await client.ReadUntilAsync(1000)).Body);
        // Others are served meanwhile; nothing more comes here.
        for (int i = 0; i < 5; i++)
            (await sandbox.Api.GetAsync("/api/v3/users/me/")).Expect(200);
        Assert.Equal(0, client.Available);
    }

    [Fact]
    public async Task A_stall_with_a_time_goes_on_afterwards()
    {
        var time = new HurriedTime();
        await using var sandbox = await FaultySandbox.StartAsync(time);
        await sandbox.PutAsync("o", Content);
        await sandbox.PlanAsync("s3", "stall", rule => (rule["afterBytes"], rule["milliseconds"]) = (1000, 3_600_000));
        using var client = await sandbox.AskS3Async(HttpVerb.GET, "o");
        Assert.Equal(Content, (await client.ReadAnswerAsync()).Body);
        Assert.Contains(TimeSpan.FromHours(1), time.Asked);
    }

    [Fact]
    public async Task A_stalled_upload_is_read_so_far_and_no_further()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("s3", "stall", rule => (rule["operation"], rule["afterBytes"]) = ("PutObject", 1000));
        using (var client = await sandbox.AskS3Async(HttpVerb.PUT, "o", Content))
        {
            await Eventually.TrueAsync(
                async () => (await sandbox.Api.GetAsync("/sandbox/requests/")).Body!["s3"]!["bytesIn"]!.GetValue<long>() == 1000,
                () => "The server does not read the upload.");
            Assert.Equal(0, client.Available);
        }

        Assert.False(await sandbox.ExistsAsync("o"));
    }

    [Fact]
    public async Task A_truncated_answer_ends_in_order_but_early()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PutAsync("o", Content);
        await sandbox.PlanAsync("s3", "truncate", rule => rule["afterBytes"] = 99_999);
        using var client = await sandbox.AskS3Async(HttpVerb.GET, "o");
        var result = await client.ReadToEndAsync();
        Assert.Equal(Content.Length, result.ContentLength);
        Assert.Equal(Content[..99_999], result.Body);
        Assert.False(result.Reset);
    }

    [Fact]
    public async Task An_oversized_answer_holds_more_than_it_promised()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PutAsync("o", Content);
        await sandbox.PlanAsync("s3", "oversize", rule => rule["afterBytes"] = 5);
        using var client = await sandbox.AskS3Async(HttpVerb.GET, "o");
        var result = await client.ReadToEndAsync();
        Assert.Equal(Content.Length, result.ContentLength);
        Assert.Equal([.. Content, 0, 0, 0, 0, 0], result.Body);
        Assert.False(result.Reset);
    }

    [Fact]
    public async Task A_lost_reply_has_done_its_work()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("api", "loseReply", rule => rule["times"] = 1);
        using var client = await sandbox.AskApiAsync(NewFolder, """{"name": "x"}""");
        var result = await client.ReadToEndAsync();
        Assert.True(result.IsEmpty);
        Assert.True(result.Reset);
        Assert.Equal("x", Assert.Single((await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/")).Results)!["item"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_garbled_reply_has_done_its_work_and_keeps_its_status()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("api", "garbleReply", rule => rule["times"] = 1);
        using var client = await sandbox.AskApiAsync(NewFolder, """{"name": "x"}""");
        var answer = await client.ReadAnswerAsync();
        Assert.Equal(201, answer.Status);
        Assert.Equal("<!DOCTYPE html><title>OK</title>", answer.Text);
        Assert.Equal("x", Assert.Single((await sandbox.Api.GetAsync("/api/v3/folders/MyLibrary/contents/")).Results)!["item"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_lost_reply_to_Complete_leaves_the_object()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        var upload = await sandbox.S3.InitiateMultipartUploadAsync("sandbox", "o");
        using var part = new MemoryStream(Content);
        var sent = await sandbox.S3.UploadPartAsync(new UploadPartRequest { BucketName = "sandbox", Key = "o", UploadId = upload.UploadId, PartNumber = 1, InputStream = part });
        await sandbox.PlanAsync("s3", "loseReply", rule => rule["operation"] = "CompleteMultipartUpload");
        await Assert.ThrowsAnyAsync<Exception>(() => sandbox.S3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = "sandbox",
            Key = "o",
            UploadId = upload.UploadId,
            PartETags = [new PartETag(1, sent.ETag)],
        }));
        Assert.True(await sandbox.ExistsAsync("o"));
    }

    [Fact]
    public async Task Ok_with_an_error_is_200_and_nothing_is_done()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PlanAsync("s3", "okWithError", rule => rule["operation"] = "CompleteMultipartUpload");
        using var client = await RawClient.ConnectAsync(sandbox.Sandbox.Started.S3Endpoint);
        await client.SendAsync("POST /sandbox/o?uploadId=1", "", Encoding.ASCII.GetBytes("<CompleteMultipartUpload/>"));
        var answer = await client.ReadAnswerAsync();
        Assert.Equal(200, answer.Status);
        Assert.Contains("<Error><Code>InternalError</Code>", answer.Text, StringComparison.Ordinal);
        Assert.False(await sandbox.ExistsAsync("o"));
    }

    [Fact]
    public async Task Expired_credentials_stay_expired()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PutAsync("o", Content);
        await sandbox.PlanAsync("s3", "expireCredentials", rule => rule["times"] = 1);
        for (int i = 0; i < 2; i++)
        {
            using var client = await sandbox.AskS3Async(HttpVerb.GET, "o");
            var answer = await client.ReadAnswerAsync();
            Assert.InRange(answer.Status, 400, 403);
            Assert.Contains("<Code>ExpiredToken</Code>", answer.Text, StringComparison.Ordinal);
        }

        var plan = (await sandbox.Api.GetAsync("/sandbox/faults/")).Expect(200);
        Assert.Equal(1, plan["rules"]![0]!["fired"]!.GetValue<int>());
    }

    [Fact]
    public async Task An_object_changes_between_two_ranges()
    {
        await using var sandbox = await FaultySandbox.StartAsync();
        await sandbox.PutAsync("o", Content);
        await sandbox.PlanAsync("s3", "objectChanged", rule => (rule["operation"], rule["skip"], rule["times"]) = ("GetObject", 1, 1));
        using var first = await sandbox.AskS3Async(HttpVerb.GET, "o", headers: "Range: bytes=0-9\r\n");
        var begin = await first.ReadAnswerAsync();
        Assert.Equal(206, begin.Status);
        Assert.Equal(Content[..10], begin.Body);
        string etag = begin.Head.Split("\r\n").Single(line => line.StartsWith("ETag:", StringComparison.OrdinalIgnoreCase))[5..].Trim();

        using var second = await sandbox.AskS3Async(HttpVerb.GET, "o", headers: $"Range: bytes=10-19\r\nIf-Match: {etag}\r\n");
        Assert.Equal(412, (await second.ReadAnswerAsync()).Status);
        using var third = await sandbox.AskS3Async(HttpVerb.GET, "o", headers: "Range: bytes=10-19\r\n");
        Assert.Equal(Content[10..20].Select(value => (byte)~value), (await third.ReadAnswerAsync()).Body);
    }
}
