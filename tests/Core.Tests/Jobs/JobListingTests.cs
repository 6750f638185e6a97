using System.Net;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Listing;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>What a listing reads, in which order it tells it, and when it stops.</summary>
public class JobListingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);

    /// <summary>All tags of the jobs whose ids are even.</summary>
    private static readonly string[] Even = ["even", "two"];

    [Fact]
    public void A_listing_of_new_jobs_has_all_of_them_and_ends_with_the_first_page_of_old_ones()
    {
        var days = Gen.Choose(0, 40).Select(static day => (int?)day);
        var cases = from ages in Gen.ArrayOf(Gen.Frequency((9, days), (1, Gen.Constant((int?)null))))
                    from pageSize in Gen.Choose(1, 7)
                    from cutoff in Gen.Choose(-1, 41)
                    select (Ages: ages.OrderBy(static age => age ?? -1).ToArray(), pageSize, cutoff);
        Prop.ForAll(cases.ToArbitrary(), static c =>
        {
            // Jobs without a date stand anywhere: every other one goes where chance would have it.
            var ages = c.Ages.Where(static age => age is not null).ToList();
            for (var i = 0; i < c.Ages.Length - ages.Count; i++)
                ages.Insert((i * 5 + c.pageSize) % (ages.Count + 1), null);
            var jobs = ages.Select(static (age, i) => (Id: i, Date: age is { } days ? Noon.AddDays(-days) : (DateTimeOffset?)null)).ToList();
            var pages = jobs.Chunk(c.pageSize).ToList();
            var limit = Noon.AddDays(-c.cutoff);
            var read = pages.TakeWhile(page => !page.All(job => job.Date <= limit)).Count();
            var wanted = pages.Take(read).SelectMany(static page => page).Where(job => job.Date is null || job.Date > limit).Select(static job => $"{job.Id}");

            var platform = new FakePlatform([.. pages.Select(static page => page.Select(static job => Entry(job.Id, job.Date)).ToArray())]);
            var found = Run(platform, new JobFilter { NewerThan = limit });
            return wanted.SequenceEqual(found.Select(static finding => finding.Job.Id)) && platform.PagesAsked == Math.Max(1, Math.Min(read + 1, pages.Count));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Theory]
    [InlineData("\"a week ago\"")]
    [InlineData("null")]
    [InlineData("\"0000-00-00T00:00:00Z\"")]
    [InlineData("{}")]
    public async Task A_date_that_is_none_counts_as_new_and_keeps_the_listing_going(string date)
    {
        var platform = new FakePlatform(
            [Entry(1, Noon.AddDays(-9)), $$"""{"id":"2","dateInserted":{{date}}}"""],
            [Entry(3, Noon.AddDays(-9)), Entry(4, Noon.AddDays(-9))],
            [Entry(5, Noon)]);
        Assert.Equal(["2"], (await FindAsync(platform, new JobFilter { NewerThan = Noon.AddDays(-1) })).Select(static finding => finding.Job.Id));
        Assert.Equal(2, platform.PagesAsked);
    }

    [Fact]
    public async Task A_page_of_nothing_is_no_page_of_old_jobs()
    {
        var platform = new FakePlatform([Entry(1, Noon)], [Entry(1, Noon)], [], ["""{"name":"no id"}"""], [Entry(2, Noon)]);
        Assert.Equal(["1", "2"], (await FindAsync(platform, new JobFilter { NewerThan = Noon.AddDays(-1) })).Select(static finding => finding.Job.Id));
    }

    [Fact]
    public async Task Who_has_enough_asks_for_no_further_page()
    {
        var platform = new FakePlatform([Entry(1), Entry(2)], [Entry(3), Entry(4)], [Entry(5)]);
        Assert.Equal(["1", "2"], (await FindAsync(platform, new JobFilter(), most: 2)).Select(static finding => finding.Job.Id));
        Assert.Equal(1, platform.PagesAsked);
        // With tags as well: the jobs of a page are told before the next is asked for.
        platform = new FakePlatform([Entry(1), Entry(2)], [Entry(4)]);
        Assert.Equal(["2"], (await FindAsync(platform, new JobFilter { Tags = static tags => tags.Contains("even") }, most: 1)).Select(static finding => finding.Job.Id));
        Assert.Equal(1, platform.PagesAsked);
    }

    [Theory]
    [InlineData(null, false, 1000)]
    [InlineData(3, false, 100)]
    [InlineData(400, false, 400)]
    [InlineData(3, true, 1000)]
    public async Task A_page_is_as_large_as_what_is_wanted(int? most, bool isFiltered, int expected)
    {
        var platform = new FakePlatform([Entry(1)]);
        await FindAsync(platform, isFiltered ? new JobFilter { Name = static _ => true } : new JobFilter(), most);
        Assert.Equal(expected, platform.PageSize);
    }

    [Fact]
    public async Task Tags_are_asked_for_last_a_few_at_once_and_told_in_order()
    {
        // The first answers come when enough have been asked, the very first job's last of them.
        var platform = new FakePlatform([[.. Enumerable.Range(1, 40).Select(static i => Entry(i))]]) { Together = 8 };
        var found = await FindAsync(platform, new JobFilter { Name = static name => name != "job 4", Tags = static tags => tags.Contains("even") });
        Assert.Equal(Enumerable.Range(1, 40).Where(static i => i % 2 == 0 && i != 4).Select(static i => $"{i}"), found.Select(static finding => finding.Job.Id));
        Assert.All(found, static finding => Assert.Equal(Even, finding.Tags));
        Assert.Equal(39, platform.TagsAsked);
        Assert.Equal(8, platform.MostAtOnce);
    }

    [Fact]
    public async Task A_job_that_goes_is_left_out_and_one_that_may_not_be_read_is_told()
    {
        var platform = new FakePlatform([Entry(2), Entry(4), Entry(6)]) { Statuses = { ["2"] = HttpStatusCode.NotFound, ["4"] = HttpStatusCode.Forbidden } };
        var found = await FindAsync(platform, new JobFilter { Tags = static _ => true });
        Assert.Equal(["4", "6"], found.Select(static finding => finding.Job.Id));
        Assert.Equal(ErrorKind.Permission, found[0].Error?.Kind);
        Assert.Null(found[1].Error);
    }

    [Fact]
    public async Task A_key_that_is_refused_ends_it_all_at_once()
    {
        var platform = new FakePlatform([[.. Enumerable.Range(1, 30).Select(static i => Entry(i))]]) { Statuses = { ["3"] = HttpStatusCode.Unauthorized } };
        var error = await Assert.ThrowsAsync<RescaleException>(() => FindAsync(platform, new JobFilter { Tags = static _ => true }));
        Assert.Equal(ErrorKind.Authentication, error.Kind);
        Assert.InRange(platform.TagsAsked, 3, 12);
    }

    [Fact]
    public async Task Whoever_stops_reading_leaves_nothing_running()
    {
        // Of the calls that are made together the last get no answer: only the end of the reading ends them.
        var platform = new FakePlatform([[.. Enumerable.Range(1, 30).Select(static i => Entry(i))]]) { Together = 3 };
        Assert.Single(await FindAsync(platform, new JobFilter { Tags = static _ => true }, most: 1));
        Assert.Equal(0, platform.UnderWay);
    }

    private static string Entry(int id, DateTimeOffset? date = null)
        => $$"""{"id":"{{id}}","name":"job {{id}}","dateInserted":{{(date is { } known ? $"\"{known:O}\"" : "null")}},"jobStatus":{"content":"Completed"} }""";

    private static List<JobFinding> Run(FakePlatform platform, JobFilter filter)
    {
#pragma warning disable xUnit1031 // The transport answers at once, and FsCheck's properties are synchronous.
        return FindAsync(platform, filter).GetAwaiter().GetResult();
#pragma warning restore xUnit1031
    }

    private static async Task<List<JobFinding>> FindAsync(FakePlatform platform, JobFilter filter, int? most = null)
    {
        using var client = new RescaleClient(new Uri("http://127.0.0.1:1/"), new ApiKey(Clients.Key), platform, TimeProvider.System, new ApiPolicy { MaxRetries = 0 });
        var found = new List<JobFinding>();
        await foreach (var finding in new JobListing(client.Jobs).FindAsync(filter, most, TestContext.Current.CancellationToken))
        {
            found.Add(finding);
            if (found.Count == most)
                break;
        }

        return found;
    }

    /// <summary>Pages of jobs as they are given, and tags for the even ones.</summary>
    private sealed class FakePlatform(params string[][] pages) : HttpMessageHandler
    {
        private readonly Lock _gate = new();
        private readonly List<TaskCompletionSource> _waiting = [];

        /// <summary>Calls for tags are answered when so many are there, the last first; 1: at once.</summary>
        public int Together { get; init; } = 1;
        public Dictionary<string, HttpStatusCode> Statuses { get; } = [];
        public int PagesAsked { get; private set; }
        public int PageSize { get; private set; }
        public int TagsAsked { get; private set; }
        public int UnderWay { get; private set; }
        public int MostAtOnce { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var parts = request.RequestUri!.AbsolutePath.Split('/');
            if (parts is [_, "api", "v3", "jobs", ""])
                return Page(System.Web.HttpUtility.ParseQueryString(request.RequestUri.Query));
            await TurnAsync(cancellationToken);
            var id = parts[4];
            var tags = int.Parse(id, System.Globalization.CultureInfo.InvariantCulture) % 2 == 0 ? Even : [];
            return Statuses.TryGetValue(id, out var status)
                ? new HttpResponseMessage(status) { Content = new StringContent("""{"detail":"No."}""") }
                : Json($"[{string.Join(',', tags.Select(static tag => $$"""{"name":"{{tag}}"}"""))}]");
        }

        private HttpResponseMessage Page(System.Collections.Specialized.NameValueCollection query)
        {
            PagesAsked++;
            PageSize = int.Parse(query["page_size"]!, System.Globalization.CultureInfo.InvariantCulture);
            var page = int.Parse(query["page"] ?? "1", System.Globalization.CultureInfo.InvariantCulture);
            var entries = page <= pages.Length ? pages[page - 1] : [];
            var next = page < pages.Length ? $"\"http://127.0.0.1:1/api/v3/jobs/?ordering=-dateInserted&page={page + 1}\"" : "null";
            return Json($$"""{"next":{{next}},"results":[{{string.Join(',', entries)}}]}""");
        }

        private async Task TurnAsync(CancellationToken cancellationToken)
        {
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource[] ready = [];
            lock (_gate)
            {
                TagsAsked++;
                MostAtOnce = Math.Max(MostAtOnce, ++UnderWay);
                _waiting.Add(turn);
                // The last few are not as many.
                if (_waiting.Count == Together || (Together > 2 && TagsAsked + Together > 40))
                {
                    ready = [.. Enumerable.Reverse(_waiting)];
                    _waiting.Clear();
                }
            }

            try
            {
                foreach (var other in ready)
                    other.TrySetResult();
                await turn.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                lock (_gate)
                    UnderWay--;
            }
        }

        private static HttpResponseMessage Json(string text) => new(HttpStatusCode.OK) { Content = new StringContent(text, System.Text.Encoding.UTF8, "application/json") };
    }
}
