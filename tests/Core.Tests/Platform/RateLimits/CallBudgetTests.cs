using RescaleInterlink.Platform;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform.RateLimits;

public class CallBudgetTests
{
    private static readonly ScopeLimit Small = new(RateScope.User, HardRate: 2.4, Rate: 2, Burst: 20);
    private readonly ManualTime _time = new();

    [Fact]
    public async Task The_burst_is_free_and_the_rest_comes_at_the_rate()
    {
        var budget = new CallBudget(Small, new MemoryLedger(Small, _time), _time);
        var start = _time.GetUtcNow();
        for (var i = 0; i < Small.Burst; i++) await CallAsync(budget);
        Assert.Equal(start, _time.GetUtcNow());
        await _time.RunAsync(CallAtOnceAsync(budget, 10));
        // The pump's own pause of a second may be added, when it is faster than this test.
        Assert.InRange((_time.GetUtcNow() - start).TotalSeconds, 4.99, 6.01);
    }

    [Fact]
    public async Task Waiters_are_served_in_the_order_of_asking()
    {
        var budget = new CallBudget(Small, new MemoryLedger(Small, _time), _time);
        for (var i = 0; i < Small.Burst; i++) await CallAsync(budget);
        var waiting = Enumerable.Range(0, 20).Select(_ => CallAsync(budget)).ToArray();
        for (var i = 0; i < waiting.Length; i++)
        {
            while (!waiting[i].IsCompleted)
            {
                _time.Advance(TimeSpan.FromMilliseconds(20));
                await Task.Delay(1);
            }

            Assert.All(waiting[(i + 1)..], later => Assert.False(later.IsCompleted));
        }
    }

    [Fact]
    public async Task One_that_gives_up_costs_no_token_and_lets_nobody_overtake()
    {
        var ledger = new TestLedger(new MemoryLedger(Small, _time));
        var budget = new CallBudget(Small, ledger, _time);
        for (var i = 0; i < Small.Burst; i++) await CallAsync(budget);
        using var impatient = new CancellationTokenSource();
        var first = CallAsync(budget);
        var given = budget.TakeAsync(impatient.Token);
        var last = CallAsync(budget);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(last.IsCompleted);
        await _time.RunAsync(AllAsync(first, last));
        Assert.Equal(Small.Burst + 2, ledger.Given);
    }

    [Fact]
    public async Task Nobody_goes_before_a_cooldown_ends_and_all_are_told()
    {
        var budget = new CallBudget(Small, new MemoryLedger(Small, _time), _time);
        var start = _time.GetUtcNow();
        await budget.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.InRange((await budget.DrainAsync(TimeSpan.FromSeconds(3))).TotalSeconds, 29, 30);
        var listeners = new[] { new Listener(), new Listener() };
        var waiting = listeners.Select(listener =>
        {
            ApiObserver.Current = listener;
            return CallAsync(budget);
        }).ToArray();
        ApiObserver.Current = null;
        await _time.RunAsync(AllAsync(waiting));
        Assert.InRange((_time.GetUtcNow() - start).TotalSeconds, 29.99, 31.01);
        Assert.All(listeners, listener => Assert.Contains("left alone", Assert.Single(listener.Limits), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_used_goes_back()
    {
        var limit = RateScopes.LimitOf(RateScope.JobsUsage);
        var ledger = new MemoryLedger(limit, _time);
        var budget = new CallBudget(limit, ledger, _time);
        (await budget.TakeAsync(default)).Dispose();
        Assert.Equal(limit.Burst - BudgetState.LargestLease, (await ledger.ExchangeAsync(new BudgetRequest("other", 1, 0))).Left, 0.01);
        // Its pump waits a second for more.
        await _time.RunAsync(UntilAsync(async () => (await ledger.ExchangeAsync(new BudgetRequest("other", 1, 0))).Left > limit.Burst - 1.01));
    }

    [Fact]
    public async Task A_call_that_was_never_made_gives_its_token_back_and_a_repeated_one_costs_another()
    {
        var ledger = new TestLedger(new MemoryLedger(Small, _time));
        var budget = new CallBudget(Small, ledger, _time);
        for (var i = 0; i < 3; i++) (await budget.TakeAsync(default)).Dispose();
        Assert.InRange(ledger.Given, 1, 5);
        var start = _time.GetUtcNow();
        for (var i = 0; i < Small.Burst; i++) await CallAsync(budget);
        using (var permit = await _time.RunAsync(budget.TakeAsync(default)))
        {
            for (var attempt = 0; attempt < 4; attempt++)
            {
                permit.BeginAttempt();
                permit.EndAttempt();
            }
        }

        // The next token comes after half a second, and three were used without being there.
        await _time.RunAsync(CallAtOnceAsync(budget, 1));
        Assert.InRange((_time.GetUtcNow() - start).TotalSeconds, 2.49, 4.51);
    }

    /// <summary>The platform does not count what it refuses. Were it charged again each time, the debt would grow without bound.</summary>
    [Fact]
    public async Task A_refused_call_waits_for_another_token_and_owes_nothing()
    {
        var ledger = new TestLedger(new MemoryLedger(Small, _time));
        var budget = new CallBudget(Small, ledger, _time);
        var start = _time.GetUtcNow();
        using (var permit = await budget.TakeAsync(default))
        {
            for (var attempt = 0; attempt < 50; attempt++)
            {
                permit.BeginAttempt();
                permit.Refuse();
                await budget.DrainAsync(null);
                permit.EndAttempt();
                await _time.RunAsync(permit.TakeAgainAsync(default));
                Assert.False(permit.WasRefused);
            }

            permit.BeginAttempt();
        }

        Assert.Equal(0, ledger.Charged);
        // Each of the 50 repetitions waited for its own half second, and not for those before it once more.
        Assert.True((_time.GetUtcNow() - start).TotalSeconds >= 24.9, $"{_time.GetUtcNow() - start}");
    }

    [Fact]
    public async Task Nothing_that_was_fetched_before_a_refusal_goes_out_after_it()
    {
        var limit = RateScopes.LimitOf(RateScope.User);
        var ledger = new TestLedger(new MemoryLedger(limit, _time)) { Gate = new TaskCompletionSource() };
        var budget = new CallBudget(limit, ledger, _time);
        var waiting = Enumerable.Range(0, 10).Select(_ => CallAsync(budget)).ToArray();
        // The ledger has given tokens, and the pump has not got them yet, when a call is refused.
        await ledger.Asked.Task.WaitAsync(TestPatience.Long);
        var draining = budget.DrainAsync(TimeSpan.FromSeconds(30));
        ledger.Gate.SetResult();
        await draining;
        while (_time.Waits.Count == 0) await Task.Delay(1);
        Assert.All(waiting, static call => Assert.False(call.IsCompleted));
        var start = _time.GetUtcNow();
        await _time.RunAsync(AllAsync(waiting));
        Assert.True(_time.GetUtcNow() - start >= TimeSpan.FromSeconds(29.9), $"{_time.GetUtcNow() - start}");
    }

    [Fact]
    public async Task Without_the_ledger_it_keeps_to_the_emergency_rate_warns_once_and_comes_back()
    {
        var limit = RateScopes.LimitOf(RateScope.User);
        var ledger = new TestLedger(new MemoryLedger(limit, _time)) { IsBroken = true };
        var budget = new CallBudget(limit, ledger, _time);
        var listener = new Listener();
        ApiObserver.Current = listener;
        var start = _time.GetUtcNow();
        await _time.RunAsync(CallAtOnceAsync(budget, 4));
        // 0.25 a second, and one at once.
        Assert.InRange((_time.GetUtcNow() - start).TotalSeconds, 11.99, 13.01);
        Assert.Equal(RateLimitMode.Emergency, (await budget.GetStatusAsync()).Mode);
        ledger.IsBroken = false;
        await _time.RunAsync(CallAtOnceAsync(budget, 6));
        // Until 30 s after the failure it is not asked again; then all is at once.
        Assert.InRange((_time.GetUtcNow() - start).TotalSeconds, 30, 37.01);
        Assert.Equal(RateLimitMode.Process, (await budget.GetStatusAsync()).Mode);
        ApiObserver.Current = null;
        Assert.Contains("0.25 calls a second", Assert.Single(listener.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pump_that_fails_leaves_nobody_waiting()
    {
        var budget = new CallBudget(Small, new TestLedger(new MemoryLedger(Small, _time)) { Failure = new InvalidOperationException("unforeseen") }, _time);
        await Assert.ThrowsAsync<InvalidOperationException>(() => budget.TakeAsync(default).WaitAsync(TestPatience.Long));
    }

    [Fact]
    public void A_notice_comes_after_a_wait_at_high_use_and_not_too_often()
    {
        var notice = new LimitNotice(_time);
        var wait = TimeSpan.FromMilliseconds(101);
        Assert.False(notice.IsDue(TimeSpan.FromMilliseconds(100), 0.9));
        Assert.False(notice.IsDue(wait, 0.59));
        Assert.True(notice.IsDue(wait, 0.6));
        _time.Advance(TimeSpan.FromSeconds(11));
        // Not armed again before the use was below a half.
        Assert.False(notice.IsDue(wait, 0.9));
        Assert.False(notice.IsDue(wait, 0.49));
        Assert.True(notice.IsDue(wait, 0.9));
        Assert.False(notice.IsDue(wait, 0.4));
        Assert.False(notice.IsDue(wait, 0.9));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(notice.IsDue(wait, 0.9));
    }

    [Fact]
    public async Task Clients_with_the_same_key_share_one_and_others_do_not()
    {
        var platform = new Uri("https://platform.rescale.com/");
        using var one = new RateLimiter(platform, new ApiKey("a"), null, _time);
        using var same = new RateLimiter(platform, new ApiKey("a"), null, _time);
        using var other = new RateLimiter(platform, new ApiKey("b"), null, _time);
        foreach (var limiter in new[] { one, same, other }) limiter.Enable(1);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(platform, "/api/v3/files/"));
        Assert.Same(one.For(request), same.For(request));
        Assert.NotSame(one.For(request), other.For(request));
        await one.For(request)!.TakeAsync(default);
        Assert.True((await same.GetStatusAsync())[0].Tokens < 150);
        Assert.Equal(150, (await other.GetStatusAsync())[0].Tokens);
    }

    /// <summary>A call that is answered at once.</summary>
    private static async Task CallAsync(CallBudget budget)
    {
        using var permit = await budget.TakeAsync(default);
        permit.BeginAttempt();
    }

    private static Task<bool> CallAtOnceAsync(CallBudget budget, int count) => AllAsync([.. Enumerable.Range(0, count).Select(_ => CallAsync(budget))]);

    private static async Task<bool> AllAsync(params Task[] tasks)
    {
        await Task.WhenAll(tasks);
        return true;
    }

    private static async Task<bool> UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition()) await Task.Delay(1);
        return true;
    }

    private sealed class Listener : IApiObserver
    {
        public List<string> Limits { get; } = [];
        public List<string> Warnings { get; } = [];

        public void OnWaiting(string reason, TimeSpan wait, TimeSpan left) => Assert.Fail(reason);

        public void OnLimited(string reason, TimeSpan wait) => Limits.Add(reason);

        public void OnWarning(string message) => Warnings.Add(message);
    }

    private sealed class TestLedger(IBudgetLedger inner) : IBudgetLedger
    {
        public bool IsBroken { get; set; }

        public Exception? Failure { get; init; }

        /// <summary>Tokens, without those that came back.</summary>
        public int Given { get; private set; }

        /// <summary>Calls made without a token.</summary>
        public int Charged { get; private set; }

        /// <summary>Holds back the first answer.</summary>
        public TaskCompletionSource? Gate { get; init; }

        public TaskCompletionSource Asked { get; } = new();

        public bool IsShared => inner.IsShared;

        public async Task<BudgetAnswer> ExchangeAsync(BudgetRequest request)
        {
            if (Failure is not null) throw Failure;
            if (IsBroken) throw new BudgetUnavailableException("a place", "broken");
            var answer = await inner.ExchangeAsync(request);
            Given += answer.Granted - request.GivenBack;
            Charged += request.Charged;
            Asked.TrySetResult();
            if (Gate is not null) await Gate.Task;
            return answer;
        }
    }
}
