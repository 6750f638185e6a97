using System.Net;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Jobs.Listing;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>What a platform may say of a job: words and dates that nobody knows, fields and measurements of any shape.</summary>
public class HostileDetailTests
{
    [Theory]
    [InlineData("Queued", false)]
    [InlineData("Waiting for License \u001b[2J", false)]
    [InlineData("完了", false)]
    [InlineData("completed ", true)]
    [InlineData("FORCE STOPPED", true)]
    [InlineData("Completed successfully", false)]
    [InlineData("7", false)]
    public async Task Any_word_is_a_status_and_only_the_known_ones_end_a_job(string word, bool ends)
    {
        using var client = Answering($$"""{"id":"J","name":"n","results":[{"id":"J","jobStatus":{"content":{{JsonSerializer.Serialize(word)}},"statusReason":null},"status":{{JsonSerializer.Serialize(word)}},"statusDate":"soon"}]}""");
        var listed = await client.Jobs.ListAsync(Token).SingleAsync(Token);
        Assert.Equal(word, listed.JobStatus?.Content);
        Assert.Equal(ends, JobStates.IsTerminal(listed.JobStatus?.Content));
        Assert.Equal(new JobStatusEntry(word, null, null), Assert.Single(await client.Jobs.GetStatusesAsync("J", Token)));
        Assert.Equal(word, (await new JobListing(client.Jobs).GetAsync("J", Token)).JobStatus?.Content);
        Assert.True(new JobFilter { Status = text => text == word.Trim() }.Matches(listed));
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    [InlineData("[1]", null)]
    [InlineData("12", "12")]
    [InlineData("\"\"", "")]
    [InlineData("\"\\ud800\"", null)]
    public async Task A_status_of_another_type_costs_no_job(string word, string? expected)
    {
        using var client = Answering($$"""{"results":[{"id":"a","jobStatus":{{word}}},{"id":"b","jobStatus":{"content":{{word}} } },{"id":"c"}]}""");
        var jobs = await client.Jobs.ListAsync(Token).ToListAsync(Token);
        Assert.Equal(["a", "b", "c"], jobs.Select(static job => job.Id));
        Assert.Equal(expected, jobs[1].JobStatus?.Content);
    }

    [Fact]
    public async Task A_status_may_be_the_word_alone()
    {
        using var client = Answering("""{"results":[{"id":"a","jobStatus":"Queued"},{"id":"b","jobStatus":{"Content":"Odd","more":{"content":"no"},"STATUSREASON":"why"}}]}""");
        var jobs = await client.Jobs.ListAsync(Token).ToListAsync(Token);
        Assert.Equal([new JobStatus("Queued", null), new JobStatus("Odd", "why")], jobs.Select(static job => job.JobStatus));
    }

    [Fact]
    public async Task Entries_of_a_history_without_a_word_are_left_out_and_dates_come_in_any_form()
    {
        using var client = Answering("""
            {"results":[{"status":null,"statusDate":"2026-01-09T00:00:00Z"},{"status":"New","statusDate":"2026-01-02T10:00:00+02:00","statusReason":7},null,{"status":"","statusDate":1},
             {"status":"Old","statusDate":1767258000},{"status":"Older","statusDate":"Thu, 01 Jan 2026 08:00:00 GMT"},{"status":"Oldest","statusDate":"01/02/2026"}]}
            """);
        var history = await client.Jobs.GetStatusesAsync("J", Token);
        Assert.Equal(
            [("New", "2026-01-02T08:00"), ("Old", "2026-01-01T09:00"), ("Older", "2026-01-01T08:00"), ("Oldest", null)],
            history.Select(static entry => (entry.Status, entry.StatusDate?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm", null))));
        Assert.Equal("7", history[0].StatusReason);
    }

    [Fact]
    public async Task A_job_without_a_history_has_the_status_that_it_came_with()
    {
        using var client = Answering("""{"id":"J","jobStatus":{"content":"Odd"},"results":[]}""");
        Assert.Equal("Odd", (await new JobListing(client.Jobs).GetAsync("J", Token)).JobStatus?.Content);
    }

    [Fact]
    public async Task A_custom_field_that_cannot_be_read_costs_no_other()
    {
        using var client = Answering("""
            {"set":{"meta":{"name":"other"},"value":"x"},"unset":{"value":null},"none":{"meta":{}},"bare":"y","null":null,"list":[1,2],"flag":{"VALUE":true},"number":{"value":1.50},
             "half":{"value":"\ud800"},"\udfff":{"value":"lost"},"twice":{"value":1},"twice":{"value":2},"deep":{"value":{"a":[{}]}},"":{"value":"nameless"}}
            """);
        var fields = await client.Jobs.GetCustomFieldsAsync("J", Token);
        Assert.Equal(
            "set=x unset= none= bare=y null= list=[1,2] flag=true number=1.50 half= twice=2 deep={\"a\":[{}]} =nameless",
            string.Join(' ', fields.Select(static field => $"{field.Key}={field.Value}")));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_cost_their_own_field_alone()
    {
        using var client = Answering([.. "{\"a\":{\"value\":\"x"u8, 0xff, .. "\"},\"b"u8, 0xc0, .. "\":{\"value\":1},\"c\":{\"value\":[\""u8, 0xfe, .. "\"]},\"d\":{\""u8, 0xff, .. "\":0,\"value\":2}}"u8]);
        var fields = await client.Jobs.GetCustomFieldsAsync("J", Token);
        Assert.Equal("a= c= d=2", string.Join(' ', fields.Select(static field => $"{field.Key}={field.Value}")));
        Assert.Single((await JobLoad.ReadAsync(client.Jobs, "J", 1, Token))!.Measurements);
    }

    [Theory]
    [InlineData("[]", 0)]
    [InlineData("{}", 0)]
    [InlineData("[1]", null)]
    [InlineData("\"Enabled\"", null)]
    [InlineData("null", null)]
    public async Task What_is_no_object_of_fields_is_an_error(string answer, int? fields)
    {
        using var client = Answering(answer);
        if (fields is { } count)
            Assert.Equal(count, (await client.Jobs.GetCustomFieldsAsync("J", Token)).Count);
        else
            Assert.Equal(ErrorIds.PlatformProtocol, (await Assert.ThrowsAsync<RescaleException>(() => client.Jobs.GetCustomFieldsAsync("J", Token))).ErrorId);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("[1,{\"a\":2}]", "1 {\"a\":2}")]
    [InlineData("{\"count\":2,\"next\":null,\"results\":[{\"a\":1},{}]}", "{\"a\":1} {}")]
    [InlineData("{\"next\":\"/api/v2/x/?page=2\",\"results\":[7]}", "7 cut")]
    [InlineData("{\"results\":{\"a\":1}}", "{\"results\":{\"a\":1}}")]
    [InlineData("{\"cpu\":1}", "{\"cpu\":1}")]
    [InlineData("\"none\"", "\"none\"")]
    [InlineData("null", "")]
    [InlineData("{\"\\ud800\":1,\"results\":[2]}", "2")]
    public async Task Measurements_come_as_a_list_or_in_pages_or_as_one(string answer, string expected)
    {
        using var client = Answering(answer);
        var load = await JobLoad.ReadAsync(client.Jobs, "J", 1, Token);
        Assert.NotNull(load);
        Assert.Equal(expected, string.Join(' ', load.Measurements.Select(static one => one.GetRawText()).Concat(load.IsCut ? ["cut"] : [])));
    }

    [Fact]
    public async Task A_platform_without_measurements_is_told_from_a_job_that_is_not_there()
    {
        using var without = Answering("""{"id":"J"}""", request => request.AbsolutePath.Contains("/cluster-load", StringComparison.Ordinal) ? HttpStatusCode.MethodNotAllowed : HttpStatusCode.OK);
        Assert.Null(await JobLoad.ReadAsync(without.Jobs, "J", 1, Token));
        using var gone = Answering("""{"detail":"Not found."}""", static _ => HttpStatusCode.NotFound);
        Assert.Equal(ErrorIds.JobNotFound, (await Assert.ThrowsAsync<RescaleException>(() => JobLoad.ReadAsync(gone.Jobs, "J", 1, Token))).ErrorId);
    }

    [Fact]
    public void Listings_of_any_shape_give_jobs_or_an_error_of_ours()
    {
        var scalar = Gen.Elements("null", "true", "0", "-1e999", "\"\"", "\"x\"", "\"\\ud800\"", "\"2026-01-01T00:00:00Z\"", "\"Completed\"", "[]", "{}", "[[]]", "{\"content\":{}}", "{\"content\":\"Odd\"}");
        var member = from name in Gen.Elements("id", "name", "jobStatus", "dateInserted", "owner", "status", "statusDate", "tags") from value in scalar select $"\"{name}\":{value}";
        var entry = Gen.Frequency((8, from count in Gen.Choose(0, 5) from members in Gen.ArrayOf(member, count) select $"{{{string.Join(',', members)}}}"), (1, scalar));
        var page = from entries in Gen.ArrayOf(entry) select $$"""{"results":[{{string.Join(',', entries)}}],"next":null}""";
        Prop.ForAll(page.ToArbitrary(), static answer =>
        {
            using var client = Answering(answer);
            try
            {
                var filter = new JobFilter { NewerThan = DateTimeOffset.UnixEpoch, Status = static _ => true, Tags = static tags => tags.Count >= 0 };
#pragma warning disable xUnit1031 // The transport answers at once, and FsCheck's properties are synchronous.
                var jobs = new JobListing(client.Jobs).FindAsync(filter, null, Token).ToListAsync(Token).AsTask().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
                return jobs.TrueForAll(static finding => finding.Job.Id.Length > 0);
            }
            catch (RescaleException e)
            {
                return e.ErrorId == ErrorIds.PlatformProtocol;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RescaleClient Answering(string body, Func<Uri, HttpStatusCode>? status = null) => Answering(Encoding.UTF8.GetBytes(body), status);

    private static RescaleClient Answering(byte[] body, Func<Uri, HttpStatusCode>? status = null)
        => new(new Uri("http://127.0.0.1:1/"), new ApiKey(Clients.Key), new Transport(body, status ?? (static _ => HttpStatusCode.OK)), TimeProvider.System, new ApiPolicy { MaxRetries = 0 });

    private sealed class Transport(byte[] body, Func<Uri, HttpStatusCode> status) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(new HttpResponseMessage(status(request.RequestUri!)) { Content = new ByteArrayContent(body) });
    }
}
