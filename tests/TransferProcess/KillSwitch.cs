using System.Diagnostics;
using System.Globalization;

namespace RescaleInterlink.TransferProcess;

/// <summary>Ends this process as kill -9 does, at the n-th time that a named point is reached.</summary>
/// <param name="point"><c>NAME</c> or <c>NAME:N</c>, 1-based; null for never.</param>
internal sealed class KillSwitch(string? point)
{
    private readonly string? _name = point?.Split(':')[0];
    private int _left = point?.Split(':') is [_, var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 1;

    public void Reach(string name)
    {
        if (name != _name || Interlocked.Decrement(ref _left) != 0) return;
        Process.GetCurrentProcess().Kill();
        // The signal may arrive a moment later; nothing may happen in it.
        Thread.Sleep(Timeout.Infinite);
    }
}
