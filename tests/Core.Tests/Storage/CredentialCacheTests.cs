using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class CredentialCacheTests
{
    private readonly ManualTime _time = new();
    private readonly List<bool> _fetches = [];

    private CredentialCache<S3Credentials> Open(double lifetimeMinutes) => new((force, _) =>
    {
        _fetches.Add(force);
        return Task.FromResult(new S3Credentials($"key{_fetches.Count}", "s", "t", _time.GetUtcNow().AddMinutes(lifetimeMinutes)));
    }, _time);

    [Theory]
    [InlineData(15, 8)]
    [InlineData(6, 4)]
    [InlineData(3, 1.5)]
    public async Task Keys_are_kept_8_minutes_and_not_into_their_last_2(double lifetime, double kept)
    {
        using var cache = Open(lifetime);
        var first = await cache.GetAsync(default);
        _time.Advance(TimeSpan.FromMinutes(kept) - TimeSpan.FromSeconds(1));
        Assert.Same(first, await cache.GetAsync(default));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotSame(first, await cache.GetAsync(default));
        Assert.Equal([false, false], _fetches);
    }

    [Theory]
    [InlineData(-1440)]
    [InlineData(0)]
    public async Task Keys_that_are_born_expired_by_a_clock_that_is_ahead_are_kept_by_their_age(double lifetime)
    {
        using var cache = Open(lifetime);
        var first = await cache.GetAsync(default);
        _time.Advance(TimeSpan.FromMinutes(8) - TimeSpan.FromSeconds(1));
        Assert.Same(first, await cache.GetAsync(default));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotSame(first, await cache.GetAsync(default));
    }

    [Fact]
    public async Task Refused_keys_are_replaced_by_force_once()
    {
        using var cache = Open(15);
        var refused = await cache.GetAsync(default);
        cache.Refuse(refused);
        var fresh = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => cache.GetAsync(default).AsTask()));
        // A request that began with the old keys reports late; the new ones stay.
        cache.Refuse(refused);
        Assert.All(fresh, keys => Assert.Equal("key2", keys.AccessKey));
        Assert.Equal("key2", (await cache.GetAsync(default)).AccessKey);
        Assert.Equal([false, true], _fetches);
    }

    [Fact]
    public async Task Many_callers_cause_one_fetch()
    {
        var gate = new TaskCompletionSource<S3Credentials>();
        var fetches = 0;
        using var cache = new CredentialCache<S3Credentials>((_, _) =>
        {
            Interlocked.Increment(ref fetches);
            return gate.Task;
        }, _time);
        var callers = Enumerable.Range(0, 10).Select(_ => cache.GetAsync(default).AsTask()).ToList();
        gate.SetResult(new S3Credentials("a", "s", "t", _time.GetUtcNow().AddMinutes(15)));
        await Task.WhenAll(callers);
        Assert.Equal(1, fetches);
    }

    [Fact]
    public async Task A_source_that_fails_is_not_repeated_by_the_storage()
    {
        var calls = 0;
        await using var store = new RetryingObjectStore(S3Scripting.Open(new Uri("http://127.0.0.1:9"), credentials: (_, _) =>
        {
            calls++;
            throw new RescaleException(ErrorIds.PlatformUnreachable, ErrorKind.Unreachable, "no platform") { Behavior = ErrorBehavior.Retry };
        }), S3Scripting.Hasty);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("key", default));
        Assert.Equal(ErrorIds.PlatformUnreachable, failure.ErrorId);
        Assert.Equal(1, calls);
    }

    [Fact]
    public void Keys_do_not_print() => Assert.Equal("S3Credentials", S3Scripting.Keys().ToString());
}
