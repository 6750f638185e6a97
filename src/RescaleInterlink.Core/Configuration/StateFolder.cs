namespace RescaleInterlink.Configuration;

/// <summary>The one per-user folder for what the module must remember: 0700, files in it 0600 or owner-only.</summary>
public static class StateFolder
{
    /// <summary><c>RESCALE_STATE_HOME</c>, else <c>%LOCALAPPDATA%\Rescale\RescaleInterlink\state</c>, else
    /// <c>$XDG_STATE_HOME/rescale-interlink</c>, else <c>~/.local/state/rescale-interlink</c>.</summary>
    public static string Path => throw new NotImplementedException();
}
