using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform.RateLimits;

public class TokenBucketTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task The_burst_is_free_and_the_rest_comes_at_the_rate()
    {
        var bucket = new TokenBucket(ratePerSecond: 2, burst: 3, _time);
        var start = _time.GetUtcNow();
        for (var i = 0; i < 3; i++) await bucket.TakeAsync(null, default);
        Assert.Equal(start, _time.GetUtcNow());
        await _time.RunAsync(TakeManyAsync(bucket, 10));
        Assert.Equal(5, (_time.GetUtcNow() - start).TotalSeconds, 0.01);
    }

    [Fact]
    public async Task A_rest_fills_it_to_the_burst_and_no_further()
    {
        var bucket = new TokenBucket(ratePerSecond: 2, burst: 3, _time);
        await TakeManyAsync(bucket, 3);
        _time.Advance(TimeSpan.FromHours(1));
        await TakeManyAsync(bucket, 3);
        Assert.False(bucket.TakeAsync(null, default).IsCompleted);
    }

    [Fact]
    public async Task Waiters_are_served_in_the_order_of_asking()
    {
        var bucket = new TokenBucket(ratePerSecond: 1, burst: 1, _time);
        await bucket.TakeAsync(null, default);
        var served = new List<int>();
        var waiters = Enumerable.Range(0, 20).Select(async i =>
        {
            await bucket.TakeAsync(null, default);
            lock (served) served.Add(i);
        }).ToArray();
        await _time.RunAsync(AllAsync(waiters));
        Assert.Equal(Enumerable.Range(0, 20), served);
    }

    [Fact]
    public async Task One_that_gives_up_costs_no_token_and_lets_nobody_overtake()
    {
        var bucket = new TokenBucket(ratePerSecond: 1, burst: 1, _time);
        var start = _time.GetUtcNow();
        await bucket.TakeAsync(null, default);
        using var impatient = new CancellationTokenSource();
        var first = bucket.TakeAsync(null, default);
        var given = bucket.TakeAsync(null, impatient.Token);
        var last = bucket.TakeAsync(null, default);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(first.IsCompleted || last.IsCompleted);
        await _time.RunAsync(AllAsync(first, last));
        Assert.Equal(2, (_time.GetUtcNow() - start).TotalSeconds, 0.01);
    }

    [Fact]
    public async Task A_refusal_empties_it_and_nobody_goes_before_the_cooldown_ends()
    {
        var bucket = new TokenBucket(ratePerSecond: 10, burst: 5, _time);
        var start = _time.GetUtcNow();
        bucket.Drain(TimeSpan.FromSeconds(30));
        // A shorter wish does not shorten the first.
        bucket.Drain(TimeSpan.FromSeconds(3));
        await _time.RunAsync(TakeManyAsync(bucket, 1));
        Assert.Equal(30, (_time.GetUtcNow() - start).TotalSeconds, 0.01);
    }

    private static async Task<bool> TakeManyAsync(TokenBucket bucket, int count)
    {
        for (var i = 0; i < count; i++) await bucket.TakeAsync(null, default);
        return true;
    }

    private static async Task<bool> AllAsync(params Task[] tasks)
    {
        await Task.WhenAll(tasks);
        return true;
    }
}
