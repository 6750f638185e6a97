using RescaleInterlink.Testing;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Core.Tests.Transfers.Scheduling;

/// <summary>The limit against simulated stores: what moves in a tenth of a second depends on how many connections there are.</summary>
public class AdaptiveLimitTests
{
    private const double Mega = 1e6;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly ManualTime _time = new();

    [Fact]
    public void It_grows_to_the_bound_where_every_connection_adds_its_own()
    {
        var limit = new AdaptiveLimit(_time);
        Assert.Equal(AdaptiveLimit.Initial, limit.Current);
        Run(limit, 20, connections => connections * 50 * Mega);
        Assert.Equal(AdaptiveLimit.Most, limit.Current);
    }

    [Fact]
    public void It_stays_small_where_the_line_is_full()
    {
        var limit = new AdaptiveLimit(_time);
        var most = 0;
        var sum = 0.0;
        const int Seconds = 300;
        Run(limit, Seconds, _ => 100 * Mega, current =>
        {
            most = Math.Max(most, current);
            sum += current;
        });
        // One attempt of half as many again, then small ones that are taken back.
        Assert.Equal(12, most);
        Assert.InRange(sum / (Seconds * 10), 7, 9);
    }

    [Fact]
    public void It_finds_about_the_number_that_fills_the_line()
    {
        var limit = new AdaptiveLimit(_time);
        Run(limit, 120, connections => Math.Min(connections * 10, 200) * Mega);
        Assert.InRange(limit.Current, 17, 27);
    }

    [Fact]
    public void It_follows_a_line_that_becomes_wider()
    {
        var limit = new AdaptiveLimit(_time);
        Run(limit, 60, connections => Math.Min(connections * 10, 100) * Mega);
        Assert.InRange(limit.Current, 8, 13);
        Run(limit, 600, connections => Math.Min(connections * 10, 400) * Mega);
        Assert.InRange(limit.Current, 30, 50);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Noise_does_not_drive_it(int seed)
    {
        var random = new Random(seed);
        var limit = new AdaptiveLimit(_time);
        var sum = 0.0;
        Run(limit, 600, connections => Math.Min(connections * 10, 120) * Mega * (0.9 + random.NextDouble() * 0.2), current => sum += current);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}, mean {sum / 6000}");
        Assert.InRange(sum / 6000, 8, 20);
    }

    [Fact]
    public void It_does_not_grow_while_nobody_waits()
    {
        var limit = new AdaptiveLimit(_time);
        for (var i = 0; i < 200; i++)
        {
            _time.Advance(Step);
            limit.OnBytes(50_000_000);
        }

        Assert.Equal(AdaptiveLimit.Initial, limit.Current);
    }

    [Fact]
    public void It_shrinks_at_once_when_throttled_and_holds_back()
    {
        var limit = new AdaptiveLimit(_time);
        Run(limit, 20, connections => connections * 50 * Mega);
        // Every request of the moment is told the same.
        for (var i = 0; i < 64; i++) limit.OnThrottled();
        Assert.Equal(40, limit.Current);

        Run(limit, 9, connections => connections * 50 * Mega);
        Assert.Equal(40, limit.Current);
        Run(limit, 5, connections => connections * 50 * Mega);
        Assert.True(limit.Current > 40);
    }

    [Fact]
    public void It_goes_down_to_two_and_no_further()
    {
        var limit = new AdaptiveLimit(_time);
        for (var second = 0; second < 30; second++)
        {
            limit.OnThrottled();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(AdaptiveLimit.Least, limit.Current);
    }

    [Fact]
    public void A_store_that_allows_twenty_is_seldom_asked_for_more()
    {
        var limit = new AdaptiveLimit(_time);
        var steps = 0;
        var beyond = 0;
        Run(limit, 900, connections => Math.Min(connections, 20) * 10 * Mega, current =>
        {
            steps++;
            if (current <= 20) return;
            beyond++;
            limit.OnThrottled();
        });
        Assert.True(beyond < steps / 100, $"{beyond} of {steps}");
        Assert.InRange(limit.Current, 8, 20);
    }

    [Fact]
    public void One_time_out_is_nothing_and_several_are_a_complaint()
    {
        var limit = new AdaptiveLimit(_time);
        limit.OnTimedOut();
        _time.Advance(TimeSpan.FromSeconds(11));
        limit.OnTimedOut();
        limit.OnTimedOut();
        Assert.Equal(AdaptiveLimit.Initial, limit.Current);
        limit.OnTimedOut();
        Assert.Equal(5, limit.Current);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    public void A_fixed_limit_stays(int always)
    {
        var limit = AdaptiveLimit.Fixed(always);
        Run(limit, 30, connections => connections * Mega);
        limit.OnThrottled();
        for (var i = 0; i < 10; i++) limit.OnTimedOut();
        Assert.Equal(always, limit.Current);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void It_keeps_within_a_lower_bound(int most)
    {
        var limit = new AdaptiveLimit(_time, most);
        var highest = 0;
        Run(limit, 60, connections => connections * Mega, current => highest = Math.Max(highest, current));
        limit.OnThrottled();
        Run(limit, 60, connections => connections * Mega, current => highest = Math.Max(highest, current));
        Assert.Equal(most, highest);
    }

    /// <param name="rate">Bytes per second that so many connections move.</param>
    private void Run(AdaptiveLimit limit, int seconds, Func<int, double> rate, Action<int>? after = null)
    {
        for (var step = 0; step < seconds * 10; step++)
        {
            limit.OnDemand();
            _time.Advance(Step);
            limit.OnBytes((long)(rate(limit.Current) * Step.TotalSeconds));
            after?.Invoke(limit.Current);
        }
    }
}
