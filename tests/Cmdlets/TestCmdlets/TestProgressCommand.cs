using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.TestCmdlets;

/// <summary>Shows progress: more items than there are bars, and percentages out of range.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Progress")]
public sealed class TestProgressCommand : AsyncCmdlet
{
    private int _asked;

    [Parameter]
    public int LeastReports { get; set; } = 3;

    /// <summary>How often the numbers were asked for.</summary>
    [Parameter]
    public System.Collections.Concurrent.ConcurrentQueue<int>? Asked { get; set; }

    protected override void Prepare() => ShowProgress(() =>
    {
        int turn = Interlocked.Increment(ref _asked);
        Asked?.Enqueue(turn);
        ProgressItem[] items = [.. Enumerable.Range(turn, 6).Select(key => new ProgressItem(key, $"item {key}", "", key * 1000.0))];
        return new ProgressReport("Testing", "", turn % 2 == 0 ? 3625 : -17, items);
    });

    protected override async Task ProcessRecordAsync()
    {
        // Asked is null when no progress is wanted: then nobody asks, and there is nothing to wait for.
        while (Asked is not null && Volatile.Read(ref _asked) < LeastReports)
            await Task.Delay(20, StopToken);
    }
}
