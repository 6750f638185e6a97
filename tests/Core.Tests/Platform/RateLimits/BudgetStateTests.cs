using RescaleInterlink.Platform.RateLimits;

namespace RescaleInterlink.Core.Tests.Platform.RateLimits;

public class BudgetStateTests
{
    private static readonly ScopeLimit Limit = new(RateScope.User, HardRate: 2, Rate: 1.7, Burst: 150);
    private readonly BudgetState _state = BudgetState.Full(Limit, Seconds(1000));

    [Fact]
    public void A_token_that_is_to_come_is_waited_for_in_the_order_of_asking()
    {
        _state.Tokens = 0.5;
        var waits = Enumerable.Range(0, 5).Select(i => _state.Exchange(Limit, Wanting($"p{i}"), Seconds(1000)).Wait.TotalSeconds).ToList();
        // The first needs half a token more, each next one a whole one.
        Assert.All(waits.Select((wait, i) => (wait, i)), w => Assert.Equal((0.5 + w.i) / 1.7, w.wait, 1e-6));
    }

    [Fact]
    public void With_plenty_several_are_given_at_once_and_with_little_one()
    {
        Assert.Equal(BudgetState.LargestLease, _state.Exchange(Limit, Wanting("a"), Seconds(1000)).Granted);
        _state.Tokens = 40;
        // A quarter of what each of two has.
        Assert.Equal(5, _state.Exchange(Limit, Wanting("b"), Seconds(1000)).Granted);
        _state.Tokens = 7;
        Assert.Equal(1, _state.Exchange(Limit, Wanting("b"), Seconds(1000)).Granted);
    }

    [Fact]
    public void What_is_on_its_way_leaves_no_room_to_refill()
    {
        var granted = _state.Exchange(Limit, Wanting("a"), Seconds(1000)).Granted;
        Assert.Equal(Limit.Burst - granted, _state.Exchange(Limit, Holding("a", granted), Seconds(1014)).Left, 1e-6);
        // Answered: now there is room.
        _state.Exchange(Limit, Holding("a", 0), Seconds(1014));
        Assert.Equal(Limit.Burst, _state.Exchange(Limit, Holding("a", 0), Seconds(1028)).Left, 1e-6);
    }

    /// <summary>With as many on their way as the platform takes at once, time alone brings nothing.</summary>
    [Fact]
    public void A_ticket_is_good_when_its_token_is_there_and_not_by_its_time()
    {
        _state.Tokens = 0;
        var ticket = _state.Exchange(Limit, Wanting("a") with { Held = Limit.Burst }, Seconds(1000));
        Assert.Equal(1 / 1.7, ticket.Wait.TotalSeconds, 1e-6);
        BudgetAnswer Ask(int held, double at) => _state.Exchange(Limit, Holding("a", held) with { Pending = ticket.Ticket }, Seconds(at));
        Assert.NotEqual(TimeSpan.Zero, Ask(Limit.Burst + 1, 1010).Wait);
        // One is answered, and from then on it takes its time.
        Assert.NotEqual(TimeSpan.Zero, Ask(Limit.Burst, 1014).Wait);
        Assert.Equal(TimeSpan.Zero, Ask(Limit.Burst, 1015).Wait);
    }

    [Fact]
    public void A_ticket_of_a_state_that_is_gone_becomes_a_new_one()
    {
        _state.Tokens = 0;
        var old = _state.Exchange(Limit, Wanting("a"), Seconds(1000)).Ticket;
        var other = BudgetState.Empty(Seconds(1000));
        var answer = other.Exchange(Limit, Holding("a", 1) with { Pending = old }, Seconds(1000));
        Assert.NotEqual(old, answer.Ticket);
        Assert.Equal(1 / 1.7, answer.Wait.TotalSeconds, 1e-6);
        Assert.Equal(TimeSpan.Zero, other.Exchange(Limit, Holding("a", 1) with { Pending = answer.Ticket }, Seconds(1001)).Wait);
    }

    [Fact]
    public void A_process_that_died_keeps_nothing_for_longer_than_it_takes_to_notice()
    {
        _state.Exchange(Limit, Wanting("dead"), Seconds(1000));
        var held = Limit.Burst - BudgetState.LargestLease;
        Assert.Equal(held, _state.Exchange(Limit, Holding("b", 0), Seconds(1015)).Left, 1e-6);
        Assert.Equal(2, _state.Exchange(Limit, Holding("b", 0), Seconds(1015)).Processes);
        _state.Exchange(Limit, Holding("b", 0), Seconds(1016));
        Assert.Equal(Limit.Burst, _state.Exchange(Limit, Holding("b", 0), Seconds(1030)).Left, 1e-6);
        Assert.Single(_state.Sharers, sharer => sharer.Id == "dead");
        _state.Exchange(Limit, Holding("b", 0), Seconds(1121));
        Assert.DoesNotContain(_state.Sharers, sharer => sharer.Id == "dead");
    }

    [Fact]
    public void A_refusal_empties_it_and_a_shorter_wish_never_shortens_the_cooldown()
    {
        _state.Exchange(Limit, Holding("a", 0) with { Refused = TimeSpan.FromSeconds(30) }, Seconds(1000));
        var second = _state.Exchange(Limit, Wanting("b") with { Refused = TimeSpan.FromSeconds(3) }, Seconds(1010));
        Assert.Equal((0, TimeSpan.FromSeconds(20)), (second.Granted, second.Cooldown));
        Assert.Equal(0, _state.Exchange(Limit, Wanting("a"), Seconds(1029)).Granted);
        Assert.NotEqual(0, _state.Exchange(Limit, Wanting("a"), Seconds(1030)).Granted);
    }

    [Fact]
    public void No_answer_locks_anybody_out_for_more_than_an_hour()
        => Assert.Equal(TimeSpan.FromHours(1), _state.Exchange(Limit, Holding("a", 0) with { Refused = TimeSpan.FromDays(3650) }, Seconds(1000)).Cooldown);

    [Fact]
    public void Repetitions_are_paid_for_later()
    {
        _state.Tokens = 0;
        Assert.Equal(3 / 1.7 + 1 / 1.7, _state.Exchange(Limit, Wanting("a") with { Charged = 3, Held = 3 }, Seconds(1000)).Wait.TotalSeconds, 1e-6);
    }

    [Fact]
    public void After_a_restart_of_the_machine_its_present_life_has_passed_at_least()
    {
        _state.Tokens = 0;
        // The clock since the start reads less than it did.
        Assert.Equal(10 * 1.7, _state.Exchange(Limit, Holding("a", 0), Seconds(10)).Left, 1e-6);
        Assert.Equal(11 * 1.7, _state.Exchange(Limit, Holding("a", 0), Seconds(11)).Left, 1e-6);
    }

    /// <summary>Nobody waits for more than one token of each of the others, and one that came before.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(40)]
    public void Nobody_starves(int processes)
    {
        _state.Tokens = 0;
        var (now, due, served) = (0d, new double[processes], new int[processes]);
        for (var p = 0; p < processes; p++) due[p] = Ask(p);
        for (var call = 0; call < processes * 20; call++)
        {
            var next = Array.IndexOf(due, due.Min());
            now = due[next];
            served[next]++;
            var wait = Ask(next) - now;
            Assert.InRange(wait, 0, ((processes + 1) / Limit.Rate) + 1e-6);
            due[next] = now + wait;
        }

        Assert.InRange(served.Max() - served.Min(), 0, 1);

        double Ask(int p) => now + _state.Exchange(Limit, Wanting($"p{p}") with { Held = 0 }, Seconds(1000 + now)).Wait.TotalSeconds;
    }

    /// <summary>
    /// Against a server that counts as the sandbox does, with calls that take any time on their way: whatever bunches up, none is
    /// one too many. With a bucket that refills while calls are on their way this fails within a few runs.
    /// </summary>
    [Fact]
    public void However_long_calls_take_on_their_way_the_server_refuses_none()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var run = 0; run < 1000; run++) new Simulation(random).Run();
    }

    private static long Seconds(double seconds) => TimeSpan.FromSeconds(seconds).Ticks;

    private static BudgetRequest Wanting(string id) => Holding(id, 0) with { Wants = true };

    private static BudgetRequest Holding(string id, int held) => new(id, id.GetHashCode(StringComparison.Ordinal), held);

    /// <summary>Several processes, each with calls that begin by chance, rest by chance, and are late by chance.</summary>
    private sealed class Simulation
    {
        private readonly Random _random;
        private readonly ScopeLimit _limit;
        private readonly BudgetState _state;
        private readonly PriorityQueue<Action, double> _events = new();
        private readonly int[] _leased;
        private readonly int[] _onTheWay;
        private readonly int[] _toCome;
        private readonly int[] _left;
        private readonly double _slowest;
        private double _now;
        private double _serverTokens;
        private double _serverAt;

        public Simulation(Random random)
        {
            _random = random;
            var hard = Math.Exp((random.NextDouble() * 6) - 1);
            _limit = new ScopeLimit(RateScope.User, hard, hard * 0.85, random.Next(1, 200));
            _state = BudgetState.Full(_limit, 0);
            _serverTokens = _limit.Burst;
            _slowest = random.NextDouble() * _limit.Burst / hard;
            _leased = new int[random.Next(1, 6)];
            _onTheWay = new int[_leased.Length];
            _toCome = new int[_leased.Length];
            _left = Enumerable.Repeat(400, _leased.Length).ToArray();
        }

        public void Run()
        {
            for (var p = 0; p < _leased.Length; p++)
            {
                var process = p;
                _events.Enqueue(() => Work(process), 0);
                _events.Enqueue(() => Beat(process), 4);
            }

            while (_events.TryDequeue(out var happens, out var at))
            {
                _now = at;
                happens();
            }
        }

        private void Work(int process)
        {
            if (_left[process]-- == 0) return;
            // Now and then nothing is wanted for a while; then the bucket fills, which is where a naive one goes wrong.
            var rest = _random.Next(60) == 0 ? _random.NextDouble() * 1.5 * _limit.Burst / _limit.Rate : 0;
            if (_leased[process] > 0)
            {
                Send(process, rest);
                return;
            }

            var answer = Ask(process, wants: true);
            _toCome[process] = answer.Granted;
            Redeem(process, rest, answer);
        }

        private void Redeem(int process, double rest, BudgetAnswer answer)
        {
            if (answer.Wait > TimeSpan.Zero)
            {
                _events.Enqueue(() => Redeem(process, rest, Ask(process, wants: false, answer.Ticket)), _now + answer.Wait.TotalSeconds);
                return;
            }

            _leased[process] = _toCome[process];
            _toCome[process] = 0;
            Send(process, rest);
        }

        private void Send(int process, double rest)
        {
            _leased[process]--;
            _onTheWay[process]++;
            var arrival = _now + (_random.NextDouble() * _slowest);
            _events.Enqueue(Arrive, arrival);
            _events.Enqueue(() => _onTheWay[process]--, arrival + (_random.NextDouble() * _slowest) + 1e-9);
            _events.Enqueue(() => Work(process), _now + rest);
        }

        /// <summary>Who is silent is taken for dead after a while.</summary>
        private void Beat(int process)
        {
            if (_left[process] < 0 && _onTheWay[process] == 0) return;
            Ask(process, wants: false);
            _events.Enqueue(() => Beat(process), _now + 4);
        }

        private BudgetAnswer Ask(int process, bool wants, Ticket? pending = null) => _state.Exchange(
            _limit, new BudgetRequest($"{process}", process, _leased[process] + _toCome[process] + _onTheWay[process]) { Wants = wants, Pending = pending }, Seconds(_now));

        private void Arrive()
        {
            _serverTokens = Math.Min(_limit.Burst, _serverTokens + ((_now - _serverAt) * _limit.HardRate));
            _serverAt = _now;
            Assert.True(_serverTokens >= 1 - 1e-6, $"Refused at {_now}: {_serverTokens} tokens.");
            _serverTokens--;
        }
    }
}
