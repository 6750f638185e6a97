using System.Globalization;
using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Tells the user that a command is waiting for the platform: every wait to the verbose stream, and one warning
/// when it begins to take long, so that a prompt that does not come back has a reason on the screen.</summary>
internal sealed class WaitingNotice(Action<string> verbose, Action<string> warn) : IApiObserver
{
    // The waits grow from 1 s; this is the third in a row, or a wait that the platform itself asked for.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(4);

    private int _warned;

    public void OnWaiting(string reason, TimeSpan wait, TimeSpan left)
    {
        var seconds = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.CurrentCulture);
        verbose($"{reason} Trying again in {seconds} s.");
        if (wait >= Long && Interlocked.Exchange(ref _warned, 1) == 0)
            warn($"{reason} The command goes on trying for at most {Math.Ceiling(left.TotalSeconds).ToString(CultureInfo.CurrentCulture)} s; Ctrl+C stops it.");
    }

    public void OnLimited(string reason, TimeSpan wait)
    {
        var seconds = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.CurrentCulture);
        verbose($"{reason} The calls that wait now take up to {seconds} s.");
        if (wait >= Long && Interlocked.Exchange(ref _warned, 1) == 0)
            warn($"{reason} The command waits for up to {seconds} s; Ctrl+C stops it. Get-RescaleRateLimit shows how much is left.");
    }

    public void OnWarning(string message) => warn(message);
}
