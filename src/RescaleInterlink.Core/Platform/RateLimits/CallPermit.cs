namespace RescaleInterlink.Platform.RateLimits;

/// <summary>One call's place in a budget, from the token it was given to its last answer. One thread at a time.</summary>
internal sealed class CallPermit(CallBudget budget) : IDisposable
{
    /// <summary>Carries it with the request to the end of the chain, where each attempt is seen.</summary>
    public static readonly HttpRequestOptionsKey<CallPermit> Key = new("RescaleInterlink.CallPermit");

    private bool _used;
    private bool _open = true;

    public CallBudget Budget => budget;

    /// <summary>The platform found the last attempt one too many. Before the next one, <see cref="TakeAgainAsync"/>.</summary>
    public bool WasRefused { get; private set; }

    /// <summary>A call waits for one token, however often it is repeated (interop API 2.2); the platform counts each time, and so does the budget.</summary>
    public void BeginAttempt()
    {
        if (_used)
            budget.Charge(onTheWay: true);
        _used = _open = true;
    }

    public void Refuse() => WasRefused = true;

    /// <summary>
    /// Waits for another token. The platform does not count what it refuses, so nothing is owed for it; and calls that were refused together
    /// come back in the budget's own pace and not in the instant when the cooldown ends.
    /// </summary>
    /// <returns>This.</returns>
    public async Task<CallPermit> TakeAgainAsync(CancellationToken cancellationToken)
    {
        await budget.TakeTokenAsync(cancellationToken).ConfigureAwait(false);
        (WasRefused, _used, _open) = (false, false, true);
        return this;
    }

    /// <summary>It was answered, or will not be: it is not on its way any more.</summary>
    public void EndAttempt()
    {
        if (!_open)
            return;
        _open = false;
        budget.Answered();
    }

    /// <summary>Gives the token back when no attempt was made.</summary>
    public void Dispose()
    {
        if (_used)
            EndAttempt();
        else if (_open)
            budget.GiveBack();
        _open = false;
    }
}
