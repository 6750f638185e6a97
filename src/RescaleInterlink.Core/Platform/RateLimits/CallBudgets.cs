namespace RescaleInterlink.Platform.RateLimits;

/// <param name="StateFolder">Null for a budget that no other process sees.</param>
internal readonly record struct BudgetKey(string? StateFolder, Uri Platform, string KeyHash, ScopeLimit Limit, TimeProvider Time);

/// <summary>
/// The budgets of this process: all its clients with the same key share one (interop API 2.4). What is kept here for the whole
/// process is what the platform itself counts for all of it; it holds no setting, and nothing of it outlives its last client.
/// </summary>
internal static class CallBudgets
{
    private static readonly object Gate = new();
    private static readonly Dictionary<BudgetKey, (CallBudget Budget, int Users)> Live = [];

    /// <summary>Each one that was acquired is released once.</summary>
    public static CallBudget Acquire(BudgetKey key, Func<CallBudget> make)
    {
        lock (Gate)
        {
            var (budget, users) = Live.TryGetValue(key, out var known) ? known : (make(), 0);
            Live[key] = (budget, users + 1);
            return budget;
        }
    }

    public static void Release(BudgetKey key)
    {
        CallBudget budget;
        lock (Gate)
        {
            (budget, var users) = Live[key];
            if (users > 1)
            {
                Live[key] = (budget, users - 1);
                return;
            }

            Live.Remove(key);
        }

        budget.Close();
    }
}
