using RescaleInterlink.Library;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library;

public class CachedAnswerTests
{
    [Fact]
    public async Task It_is_asked_once_for_many_and_again_after_its_time()
    {
        var time = new SkippingTime(TimeSpan.Zero);
        var asked = 0;
        using var answer = new CachedAnswer<string>(async _ => { await Task.Yield(); return $"{Interlocked.Increment(ref asked)}"; }, TimeSpan.FromMinutes(5), time);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => answer.GetAsync(default).AsTask())), static a => Assert.Equal("1", a));
        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal("1", await answer.GetAsync(default));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("2", await answer.GetAsync(default));
    }

    [Fact]
    public async Task A_failure_is_not_kept()
    {
        var asked = 0;
        using var answer = new CachedAnswer<string>(_ => ++asked == 1 ? Task.FromException<string>(new IOException()) : Task.FromResult("good"), TimeSpan.FromMinutes(5), TimeProvider.System);
        await Assert.ThrowsAsync<IOException>(() => answer.GetAsync(default).AsTask());
        Assert.Equal("good", await answer.GetAsync(default));
    }
}
