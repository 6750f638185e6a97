using System.Globalization;

namespace RescaleInterlink.Platform.RateLimits;

/// <summary>What those who wait are told.</summary>
internal sealed partial class CallBudget
{
    private void TellOfLimit(BudgetAnswer answer)
    {
        List<(IApiObserver Observer, int Last)> listeners;
        lock (_gate)
        {
            var waited = _waiting.First is { } first ? time.GetElapsedTime(first.Value.Since) : TimeSpan.Zero;
            if (!_notice.IsDue(waited + answer.Wait, answer.Use))
                return;
            listeners = Listeners();
        }

        var text = string.Create(
            CultureInfo.InvariantCulture, $"The platform's limit of {limit.HardRate * 3600:#,0} calls an hour is nearly reached, so calls are made at {limit.Rate:0.###} a second.");
        foreach (var (observer, last) in listeners)
            observer.OnLimited(text, answer.Wait + TimeSpan.FromSeconds(last / limit.Rate));
    }

    private void TellOfCooldown(TimeSpan cooldown)
    {
        List<(IApiObserver Observer, int Last)> listeners;
        lock (_gate)
            listeners = Listeners();
        foreach (var (observer, last) in listeners)
            observer.OnLimited("The platform has refused a call as one too many, and asked to be left alone.", cooldown + TimeSpan.FromSeconds(last / limit.Rate));
    }

    private void TellOfEmergency()
    {
        List<(IApiObserver Observer, int Last)> listeners;
        string? text;
        lock (_gate)
        {
            listeners = Listeners();
            text = _untold;
            if (listeners.Count > 0)
                _untold = null;
        }

        if (text is null)
            return;
        foreach (var (observer, _) in listeners)
            observer.OnWarning(string.Create(CultureInfo.InvariantCulture, $"{text} Until they can, this process makes at most {limit.EmergencyRate:0.###} calls a second ({RateScopes.NameOf(limit.Scope)})."));
    }

    /// <summary>The commands that wait, and how many calls stand before the last of each.</summary>
    private List<(IApiObserver Observer, int Last)> Listeners()
    {
        var last = new Dictionary<IApiObserver, int>(ReferenceEqualityComparer.Instance);
        var place = 0;
        foreach (var waiter in _waiting)
        {
            if (waiter.Observer is { } observer)
                last[observer] = place;
            place++;
        }

        return [.. last.Select(static entry => (entry.Key, entry.Value))];
    }
}
