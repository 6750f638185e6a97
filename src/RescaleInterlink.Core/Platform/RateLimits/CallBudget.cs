namespace RescaleInterlink.Platform.RateLimits;

/// <summary>
/// One scope's budget as this process sees it. Calls wait here strictly in the order of asking; one pump fetches tokens for them
/// from the ledger that all processes share: several at once while there are plenty, one at a time when they are scarce. As a
/// process never has more than one token to come, no other waits for more than one of its calls at a turn. Thread-safe.
/// </summary>
internal sealed partial class CallBudget(ScopeLimit limit, IBudgetLedger ledger, TimeProvider time)
{
    /// <summary>Tokens that were not used for so long are given back.</summary>
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(1);

    /// <summary>So often at least a process with calls on their way is heard of.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>How long the ledger is left alone after a failure (interop API 2.5).</summary>
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(30);

    private readonly string _id = Convert.ToHexString(BitConverter.GetBytes(Random.Shared.NextInt64()));
    private readonly object _gate = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly LimitNotice _notice = new(time);
    private TaskCompletionSource _news = NewSignal();
    private Task? _pump;
    private Task _exchanged = Task.CompletedTask;

    // Tokens: here and not used, fetched but not yet due, used by calls that are not answered, used without having been fetched.
    private int _leased;
    private int _toCome;
    private int _onTheWay;
    private int _owed;

    // What the ledger was told of them last.
    private int _reported;
    private long? _heardOf;
    private long _lastTaken;
    private bool _closing;

    private string? _failure;
    private string? _untold;
    private long _failedAt;
    private long _emergencyNext;
    private long _coolUntil;

    // How often the platform refused a call: what was fetched before one and came after it is not there.
    private int _refusals;

    public ScopeLimit Limit => limit;

    /// <summary>Takes one token, and waits for it when there is none.</summary>
    public async Task<CallPermit> TakeAsync(CancellationToken cancellationToken)
    {
        await TakeTokenAsync(cancellationToken).ConfigureAwait(false);
        return new CallPermit(this);
    }

    /// <summary>The same for a call that has a permit.</summary>
    public async Task TakeTokenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_gate)
        {
            if (_waiting.Count == 0 && HasLease)
            {
                Use();
                return;
            }

            waiter = new Waiter(ApiObserver.Current, time.GetTimestamp());
            waiter.Place = _waiting.AddLast(waiter);
            Wake();
        }

        try
        {
            await waiter.Granted.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                if (waiter.Place is { } place)
                    _waiting.Remove(place);
                else if (waiter.Granted.Task.IsCompletedSuccessfully)
                    TakeBack();
            }

            throw;
        }
    }

    /// <summary>The platform refused a call: there are no tokens after all, and none for as long as it said. A shorter wish
    /// never shortens an earlier one.</summary>
    /// <returns>How long nobody may call now.</returns>
    public async Task<TimeSpan> DrainAsync(TimeSpan? cooldown)
    {
        var wish = cooldown ?? TimeSpan.Zero;
        lock (_gate)
        {
            _leased = 0;
            _refusals++;
            _coolUntil = Math.Max(_coolUntil, After(wish < BudgetState.LongestCooldown ? wish : BudgetState.LongestCooldown));
        }

        var answer = await ExchangeAsync(refused: wish).ConfigureAwait(false);
        return answer?.Cooldown ?? Until(_coolUntil);
    }

    /// <summary>A call was made without a token; it is taken from those to come.</summary>
    /// <param name="onTheWay">Whether its answer is still to come.</param>
    public void Charge(bool onTheWay)
    {
        lock (_gate)
        {
            _owed++;
            if (onTheWay)
                _onTheWay++;
            Wake();
        }
    }

    public void Answered()
    {
        lock (_gate)
            _onTheWay--;
    }

    /// <summary>A token was taken and no call made.</summary>
    public void GiveBack()
    {
        lock (_gate)
            TakeBack();
    }

    /// <summary>Gives back what is not used, and takes leave of the others.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closing = true;
            if (_heardOf is not null || _pump is not null)
                Wake();
        }
    }

    public async Task<RateLimitStatus> GetStatusAsync()
    {
        var answer = await ExchangeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            var cooldown = answer?.Cooldown ?? Until(_coolUntil);
            return new RateLimitStatus(limit.Scope, answer is null ? RateLimitMode.Emergency : ledger.IsShared ? RateLimitMode.Shared : RateLimitMode.Process)
            {
                // What this process has fetched and not used is still to be had.
                Tokens = answer is null ? 0 : answer.Left + _leased,
                Burst = answer is null ? 1 : limit.Burst,
                RatePerSecond = answer is null ? limit.EmergencyRate : limit.Rate,
                LimitPerSecond = limit.HardRate,
                Use = answer?.Use,
                WaitingCalls = _waiting.Count,
                CooldownUntil = cooldown > TimeSpan.Zero ? time.GetUtcNow() + cooldown : null,
                Processes = answer?.Processes ?? 1,
                Problem = _failure,
            };
        }
    }

    private bool HasLease => _leased > 0 && Until(_coolUntil) <= TimeSpan.Zero && time.GetElapsedTime(_lastTaken) < IdleAfter;

    private void Use()
    {
        _leased--;
        _onTheWay++;
        _lastTaken = time.GetTimestamp();
    }

    private void TakeBack()
    {
        _onTheWay--;
        _leased++;
        HandOut();
        Wake();
    }

    /// <summary>What is here goes to those who wait; the order is that of asking.</summary>
    private void HandOut()
    {
        while (_waiting.First is { } first && HasLease)
        {
            _waiting.RemoveFirst();
            first.Value.Place = null;
            Use();
            first.Value.Granted.SetResult();
        }
    }

    private void Wake()
    {
        _pump ??= Task.Run(PumpAsync);
        _news.TrySetResult();
    }

    private long After(TimeSpan wait) => time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);

    private TimeSpan Until(long timestamp) => time.GetElapsedTime(time.GetTimestamp(), timestamp);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="observer">Of the command that waits.</param>
    /// <param name="since">Timestamp.</param>
    private sealed class Waiter(IApiObserver? observer, long since)
    {
        public IApiObserver? Observer => observer;
        public long Since => since;
        public TaskCompletionSource Granted { get; } = NewSignal();

        /// <summary>Null when it has been served.</summary>
        public LinkedListNode<Waiter>? Place { get; set; }
    }
}
