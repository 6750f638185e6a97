using System.Collections.Frozen;

namespace RescaleInterlink.Platform.RateLimits;

/// <summary>Keeps a client within the platform's limits, together with all others of the same user that use the same key. Thread-safe.</summary>
/// <param name="stateFolder">Where processes meet; null for a client that shares with this process only.</param>
internal sealed class RateLimiter(Uri platform, ApiKey key, string? stateFolder, TimeProvider time) : IDisposable
{
    private readonly object _gate = new();
    private List<BudgetKey> _held = [];
    private volatile FrozenDictionary<RateScope, CallBudget>? _budgets;
    private bool _disposed;

    /// <summary>Switches the limits on.</summary>
    /// <param name="scale">What the rates are multiplied by; the bursts stay. 1 for a real platform.</param>
    /// <param name="madeByUser">Calls in the scope of the user that the platform has counted already.</param>
    public void Enable(double scale, int madeByUser = 0)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var before = _held;
            _held = [.. RateScopes.All.Select(scope => new BudgetKey(stateFolder, platform, key.Hash, RateScopes.LimitOf(scope, scale), time))];
            _budgets = _held.ToFrozenDictionary(static held => held.Limit.Scope, held => CallBudgets.Acquire(held, () => Make(held.Limit)));
            foreach (var old in before)
                CallBudgets.Release(old);
        }

        for (var call = 0; call < madeByUser; call++)
            _budgets[RateScope.User].Charge(onTheWay: false);
    }

    /// <summary>Null while the limits are off.</summary>
    public CallBudget? For(HttpRequestMessage request) => _budgets?[RateScopes.Of(request)];

    /// <summary>All three scopes; it takes no token.</summary>
    public async Task<IReadOnlyList<RateLimitStatus>> GetStatusAsync()
    {
        if (_budgets is not { } budgets)
            return [.. RateScopes.All.Select(static scope => new RateLimitStatus(scope, RateLimitMode.Off))];
        var found = new List<RateLimitStatus>();
        foreach (var scope in RateScopes.All)
            found.Add(await budgets[scope].GetStatusAsync().ConfigureAwait(false));
        return found;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var held in _held)
                CallBudgets.Release(held);
            _held = [];
        }
    }

    private CallBudget Make(ScopeLimit limit) => new(
        limit,
        stateFolder is null ? new MemoryLedger(limit, time) : new FileLedger(FileLedger.PathOf(stateFolder, platform, key, limit.Scope), limit, time),
        time);
}
