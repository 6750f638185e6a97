using IOPath = System.IO.Path;

namespace RescaleInterlink.Configuration;

/// <summary>The one per-user folder for what the module must remember: 0700, files in it 0600 or owner-only.</summary>
public static class StateFolder
{
    /// <summary>Moves the folder when set.</summary>
    public const string Variable = "RESCALE_STATE_HOME";

    /// <summary><c>RESCALE_STATE_HOME</c>, else <c>%LOCALAPPDATA%\Rescale\RescaleInterlink\state</c>, else
    /// <c>$XDG_STATE_HOME/rescale-interlink</c>, else <c>~/.local/state/rescale-interlink</c>.</summary>
    public static string Path => Locate(Environment.GetEnvironmentVariable, OperatingSystem.IsWindows());

    internal static string Locate(Func<string, string?> variable, bool windows)
    {
        if (variable(Variable) is { Length: > 0 } chosen)
            return IOPath.GetFullPath(chosen);
        if (windows)
        {
            var local = variable("LOCALAPPDATA") is { Length: > 0 } given
                ? given
                : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return IOPath.Combine(local, "Rescale", "RescaleInterlink", "state");
        }

        // The XDG rule: a relative value is to be ignored.
        if (variable("XDG_STATE_HOME") is { Length: > 0 } xdg && IOPath.IsPathRooted(xdg))
            return IOPath.Combine(xdg, "rescale-interlink");
        var home = variable("HOME") is { Length: > 0 } given2 ? given2 : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return IOPath.Combine(home, ".local", "state", "rescale-interlink");
    }

    /// <summary>Makes the folder, and those missing above it, readable by this user only. Existing ones keep their rights.</summary>
    public static DirectoryInfo Create(string folder)
    {
        // Beneath %LOCALAPPDATA% the user's own access list is inherited.
        if (OperatingSystem.IsWindows())
            return Directory.CreateDirectory(folder);
        if (IOPath.GetDirectoryName(IOPath.TrimEndingDirectorySeparator(folder)) is { Length: > 0 } parent && !Directory.Exists(parent))
            Create(parent);
        return Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
