using RescaleInterlink.Jobs.Listing;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Jobs;

public class JobFilterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private static PlatformJob Job(DateTimeOffset? date = null, string? name = "a", string? status = "Queued", string? owner = "me@x.y")
        => new() { Id = "1", Name = name, JobStatus = status is null ? null : new JobStatus(status, null), Owner = owner, DateInserted = date };

    [Fact]
    public void Nothing_set_lets_all_through()
    {
        Assert.True(new JobFilter().LetsAllThrough);
        Assert.True(new JobFilter().Matches(Job(null, null, null, null)));
        Assert.False(new JobFilter().IsTooOld(Job(DateTimeOffset.MinValue)));
    }

    [Fact]
    public void Every_condition_is_seen()
    {
        var none = (string? _) => false;
        JobFilter[] filters = [new() { Name = none }, new() { Status = none }, new() { Owner = none }, new() { NewerThan = Noon }, new() { OlderThan = Noon }];
        Assert.All(filters, static filter => Assert.False(filter.LetsAllThrough));
        Assert.All(filters, static filter => Assert.False(filter.Matches(Job(Noon))));
        Assert.False(new JobFilter { Tags = static _ => false }.LetsAllThrough);
        // Tags are not in the listing, so it does not judge them.
        Assert.True(new JobFilter { Tags = static _ => false }.Matches(Job()));
    }

    [Fact]
    public void Conditions_see_what_the_listing_tells_and_null_for_what_it_does_not()
    {
        var seen = new List<string?>();
        var note = (string? text) =>
        {
            seen.Add(text);
            return true;
        };
        var filter = new JobFilter { Name = note, Status = note, Owner = note };
        Assert.True(filter.Matches(Job(null, " n ", " In Transit ", "o")));
        Assert.True(filter.Matches(Job(null, null, null, null)));
        Assert.Equal([" n ", "In Transit", "o", null, null, null], seen);
    }

    [Theory]
    [InlineData(-1, false, true)]
    [InlineData(0, false, false)]
    [InlineData(1, true, false)]
    public void Newer_and_older_leave_the_moment_itself_out(int minutes, bool newer, bool older)
    {
        // The same moment elsewhere on earth.
        var date = Noon.AddMinutes(minutes).ToOffset(TimeSpan.FromHours(9));
        Assert.Equal(newer, new JobFilter { NewerThan = Noon }.Matches(Job(date)));
        Assert.Equal(!newer, new JobFilter { NewerThan = Noon }.IsTooOld(Job(date)));
        Assert.Equal(older, new JobFilter { OlderThan = Noon }.Matches(Job(date)));
    }

    [Fact]
    public void A_job_without_a_date_is_new()
    {
        Assert.True(new JobFilter { NewerThan = Noon }.Matches(Job(null)));
        Assert.False(new JobFilter { NewerThan = Noon }.IsTooOld(Job(null)));
        Assert.False(new JobFilter { OlderThan = Noon }.Matches(Job(null)));
    }
}
