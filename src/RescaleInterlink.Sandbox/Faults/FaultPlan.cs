using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>The rules in force. One seed and one order of exchanges give one sequence of faults. Thread-safe.</summary>
internal sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private IReadOnlyList<FaultRule> _rules = [];
    private Random _random = new(0);
    private long _seed;

    public void Set(long seed, IReadOnlyList<FaultRule> rules)
    {
        lock (_gate)
        {
            _seed = seed;
            _random = new Random(unchecked((int)seed));
            _rules = rules;
        }
    }

    /// <summary>What happens to this exchange: the first rule that matches and whose turn it is; null for nothing.</summary>
    public FaultRule? Choose(string target, string method, string path, string? operation)
    {
        lock (_gate)
        {
            foreach (var rule in _rules)
            {
                if (!rule.Matches(target, method, path, operation) || ++rule.Matched <= rule.Skip || rule.Fired >= rule.Times)
                    continue;
                if (rule.Probability < 1 && _random.NextDouble() >= rule.Probability)
                    continue;
                rule.Fired++;
                return rule;
            }

            return null;
        }
    }

    public JsonObject View()
    {
        lock (_gate)
            return new JsonObject { ["seed"] = _seed, ["rules"] = new JsonArray([.. _rules.Select(rule => rule.View())]) };
    }
}
