namespace RescaleInterlink.Platform.RateLimits;

/// <summary>A bucket of call tokens that starts full. Whoever waits is served strictly in the order of asking. Thread-safe.</summary>
/// <param name="used">Tokens that are gone from the beginning.</param>
internal sealed class TokenBucket(double ratePerSecond, int burst, TimeProvider time, int used = 0)
{
    private readonly object _gate = new();
    private Task _last = Task.CompletedTask;
    private double _tokens = burst - used;
    private long _refilledAt = time.GetTimestamp();
    private DateTimeOffset _cooldownUntil = DateTimeOffset.MinValue;

    /// <summary>Takes one token, and waits for it when there is none.</summary>
    /// <param name="waiting">Told how long the wait will be, each time one begins.</param>
    public async Task TakeAsync(Action<TimeSpan>? waiting, CancellationToken cancellationToken)
    {
        Task before;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            (before, _last) = (_last, done.Task);
        try
        {
            await before.WaitAsync(cancellationToken).ConfigureAwait(false);
            while (TryTake() is { } wait)
            {
                waiting?.Invoke(wait);
                await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            // One that gives up must not let those behind it overtake those before it.
            _ = before.ContinueWith(static (_, state) => ((TaskCompletionSource)state!).SetResult(), done, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>The platform refused a call: there are no tokens after all, and none for as long as it said.
    /// A shorter wish never shortens an earlier one.</summary>
    public void Drain(TimeSpan? cooldown)
    {
        lock (_gate)
        {
            _tokens = 0;
            _refilledAt = time.GetTimestamp();
            if (cooldown is { } wish && time.GetUtcNow() + wish is var until && until > _cooldownUntil)
                _cooldownUntil = until;
        }
    }

    /// <returns>Null when a token was taken, else how long to wait before trying again.</returns>
    private TimeSpan? TryTake()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_refilledAt, now).TotalSeconds * ratePerSecond));
            _refilledAt = now;
            if (_cooldownUntil - time.GetUtcNow() is var cooldown && cooldown > TimeSpan.Zero)
                return cooldown;
            // A hair below one is one: a wait that was cut to the clock's ticks must not lead to another.
            if (_tokens < 1 - 1e-6)
                return TimeSpan.FromSeconds((1 - _tokens) / ratePerSecond);
            _tokens -= 1;
            return null;
        }
    }
}
