using System.Globalization;
using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>For commands that follow something for hours and wait for a network that is away: repeated calls are verbose, and there is one
/// warning when the wait begins to take long, from whoever notices first.</summary>
/// <param name="longest">How long the command waits for the network.</param>
internal sealed class PatientNotice(Action<string> verbose, Action<string> warn, TimeSpan longest) : IApiObserver
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(4);

    private int _warned;

    public void OnWaiting(string reason, TimeSpan wait, TimeSpan left)
    {
        verbose($"{reason} Trying again in {Seconds(wait)} s.");
        if (wait >= Long)
            Warn($"{reason} The command waits for the platform for up to {longest.TotalMinutes.ToString("0.#", CultureInfo.CurrentCulture)} minutes; Ctrl+C stops it.", otherwise: null);
    }

    public void OnLimited(string reason, TimeSpan wait) => verbose($"{reason} The calls that wait now take up to {Seconds(wait)} s.");

    public void OnWarning(string message) => warn(message);

    /// <summary>Tells that the platform is away, unless that was said before: then it is verbose.</summary>
    public void Lost(string message) => Warn(message, verbose);

    private void Warn(string message, Action<string>? otherwise)
    {
        if (Interlocked.Exchange(ref _warned, 1) == 0)
            warn(message);
        else
            otherwise?.Invoke(message);
    }

    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.CurrentCulture);
}
