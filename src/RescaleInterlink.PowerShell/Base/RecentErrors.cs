using RescaleInterlink.Diagnostics;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>The latest errors, so that a report can be made after the fact. Thread-safe.</summary>
internal sealed class RecentErrors
{
    private const int Most = 50;

    private readonly Queue<RecentError> _errors = new();

    public void Add(RecentError error)
    {
        lock (_errors)
        {
            _errors.Enqueue(error);
            if (_errors.Count > Most)
                _errors.Dequeue();
        }
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<RecentError> Snapshot()
    {
        lock (_errors)
            return [.. _errors];
    }
}
