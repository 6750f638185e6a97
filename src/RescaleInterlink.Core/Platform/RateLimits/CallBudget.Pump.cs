namespace RescaleInterlink.Platform.RateLimits;

/// <summary>The one who speaks with the ledger. It lives while there is something to fetch or to give back.</summary>
internal sealed partial class CallBudget
{
    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                bool waiting;
                lock (_gate)
                {
                    HandOut();
                    waiting = _waiting.Count > 0;
                    if (!waiting && IsSettled)
                    {
                        _pump = null;
                        return;
                    }

                    if (_news.Task.IsCompleted)
                        _news = NewSignal();
                }

                await (waiting ? ServeAsync() : SettleAsync()).ConfigureAwait(false);
            }
        }
        catch (Exception unforeseen)
        {
            // Nobody is left waiting for a pump that is gone.
            lock (_gate)
            {
                _pump = null;
                foreach (var waiter in _waiting)
                {
                    waiter.Place = null;
                    waiter.Granted.TrySetException(unforeseen);
                }

                _waiting.Clear();
            }
        }
    }

    /// <summary>With a ledger that cannot be had there is nothing to settle: the others forget this process by themselves.</summary>
    private bool IsSettled => _failure is not null
        || (_leased == 0 && _onTheWay == 0 && _owed == 0 && _reported == 0 && !(_closing && _heardOf is not null));

    private async Task ServeAsync()
    {
        bool cools;
        int refusals;
        lock (_gate)
            (cools, refusals) = (Until(_coolUntil) > TimeSpan.Zero, _refusals);
        if (await ExchangeAsync(wants: !cools).ConfigureAwait(false) is not { } answer)
        {
            await ServeInEmergencyAsync().ConfigureAwait(false);
            return;
        }

        var cooldown = answer.Cooldown;
        if (cooldown == TimeSpan.Zero && answer.Wait > TimeSpan.Zero)
        {
            TellOfLimit(answer);
            refusals = await RedeemAsync(answer, refusals).ConfigureAwait(false);
        }

        lock (_gate)
        {
            _toCome -= answer.Granted;
            // A call may have been refused while these were fetched.
            if (refusals == _refusals)
            {
                _leased += answer.Granted;
                _lastTaken = time.GetTimestamp();
            }

            HandOut();
            if (_waiting.Count > 0 && Until(_coolUntil) is var own && own > cooldown)
                cooldown = own;
        }

        if (cooldown > TimeSpan.Zero)
            await CoolDownAsync(cooldown).ConfigureAwait(false);
    }

    /// <summary>Waits until the token of a ticket is there.</summary>
    /// <param name="refusals">Before the ticket was given.</param>
    /// <returns>As many refusals as were known when the ledger last said that it is there.</returns>
    private async Task<int> RedeemAsync(BudgetAnswer answer, int refusals)
    {
        var now = answer;
        while (now.Wait > TimeSpan.Zero || now.Cooldown > TimeSpan.Zero)
        {
            // A call of this or another process may have been refused meanwhile.
            await (now.Cooldown > TimeSpan.Zero ? CoolDownAsync(now.Cooldown) : DelayAsync(now.Wait)).ConfigureAwait(false);
            lock (_gate)
                refusals = _refusals;
            // Without the ledger it is good by its time.
            if (await ExchangeAsync(pending: now.Ticket).ConfigureAwait(false) is not { } next)
                break;
            now = next;
        }

        return refusals;
    }

    /// <summary>Nobody waits. What is not used goes back after a while, and the ledger learns what has been answered.</summary>
    private async Task SettleAsync()
    {
        bool closing;
        lock (_gate)
            closing = _closing;
        if (!closing && await HasNewsWithinAsync(IdleAfter).ConfigureAwait(false))
        {
            bool owes;
            lock (_gate)
                owes = _owed > 0 && _waiting.Count == 0;
            if (!owes)
                return;
        }

        bool isIdle, leaves;
        lock (_gate)
        {
            isIdle = closing || time.GetElapsedTime(_lastTaken) >= IdleAfter;
            leaves = closing && _onTheWay == 0;
            var isDue = _owed > 0 || (isIdle && _leased > 0) || leaves || (_onTheWay == 0 && _reported > _leased)
                || _heardOf is not { } at || time.GetElapsedTime(at) >= Heartbeat;
            if (!isDue)
                return;
        }

        await ExchangeAsync(givesBack: isIdle, leaves: leaves).ConfigureAwait(false);
        // While the last calls of a closed budget are on their way, there is nothing to hurry for.
        if (closing && !leaves)
            await Task.Delay(IdleAfter, time).ConfigureAwait(false);
    }

    private async Task<bool> HasNewsWithinAsync(TimeSpan wait)
    {
        Task news;
        lock (_gate)
            news = _news.Task;
        using var enough = new CancellationTokenSource();
        var first = await Task.WhenAny(news, Task.Delay(wait, time, enough.Token)).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        return first == news;
    }

    /// <returns>Null when the ledger cannot be had, or failed so lately that it is not asked.</returns>
    private async Task<BudgetAnswer?> ExchangeAsync(bool wants = false, bool givesBack = false, bool leaves = false, TimeSpan? refused = null, Ticket? pending = null)
    {
        // One exchange at a time.
        var done = NewSignal();
        Task before;
        lock (_gate)
            (before, _exchanged) = (_exchanged, done.Task);
        await before.ConfigureAwait(false);
        try
        {
            BudgetRequest request;
            lock (_gate)
            {
                if (_failure is not null && time.GetElapsedTime(_failedAt) < ProbeEvery)
                    return null;
                var givenBack = givesBack ? _leased : 0;
                _leased -= givenBack;
                request = new BudgetRequest(_id, Environment.ProcessId, _leased + _toCome + _onTheWay)
                {
                    GivenBack = givenBack, Charged = _owed, Wants = wants, Refused = refused, Leaves = leaves, Pending = pending,
                };
                _owed = 0;
            }

            return await ExchangeAsync(request).ConfigureAwait(false);
        }
        finally
        {
            done.SetResult();
        }
    }

    private async Task<BudgetAnswer?> ExchangeAsync(BudgetRequest request)
    {
        try
        {
            var answer = await ledger.ExchangeAsync(request).ConfigureAwait(false);
            lock (_gate)
            {
                _failure = _untold = null;
                _toCome += answer.Granted;
                _reported = request.Leaves ? 0 : request.Held + answer.Granted;
                _heardOf = request.Leaves ? null : time.GetTimestamp();
            }

            return answer;
        }
        catch (BudgetUnavailableException failure)
        {
            lock (_gate)
            {
                _owed += request.Charged;
                _failedAt = time.GetTimestamp();
                if (_failure is null)
                    _untold = failure.Message;
                _failure = failure.Message;
            }

            return null;
        }
    }

    /// <summary>One call, at the rate of a process that cannot know what the others do.</summary>
    private async Task ServeInEmergencyAsync()
    {
        TellOfEmergency();
        TimeSpan cooldown, wait;
        lock (_gate)
            (cooldown, wait) = (Until(_coolUntil), Until(_emergencyNext));
        if (cooldown > TimeSpan.Zero)
            TellOfCooldown(cooldown);
        if (cooldown > wait)
            wait = cooldown;
        await DelayAsync(wait).ConfigureAwait(false);
        lock (_gate)
        {
            _emergencyNext = After(TimeSpan.FromSeconds(1 / limit.EmergencyRate));
            _leased = 1;
            _lastTaken = time.GetTimestamp();
            HandOut();
        }
    }

    private Task CoolDownAsync(TimeSpan cooldown)
    {
        TellOfCooldown(cooldown);
        return DelayAsync(cooldown);
    }

    private async Task DelayAsync(TimeSpan wait)
    {
        var end = After(wait);
        // A timer cuts to whole milliseconds, and may be early by one.
        while (Until(end) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((left < Heartbeat ? left : Heartbeat).TotalMilliseconds)), time).ConfigureAwait(false);
            // Who is silent for long is taken for dead.
            if (left > Heartbeat)
                await ExchangeAsync().ConfigureAwait(false);
        }
    }
}
