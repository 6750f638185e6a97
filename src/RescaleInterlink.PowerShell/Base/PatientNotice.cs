using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>For commands that follow something for hours and say themselves when they can see nothing: that a call is repeated is verbose.</summary>
internal sealed class PatientNotice(Action<string> verbose, Action<string> warn) : IApiObserver
{
    private readonly WaitingNotice _waiting = new(verbose, verbose);

    public void OnWaiting(string reason, TimeSpan wait, TimeSpan left) => _waiting.OnWaiting(reason, wait, left);

    public void OnLimited(string reason, TimeSpan wait) => _waiting.OnLimited(reason, wait);

    public void OnWarning(string message) => warn(message);
}
