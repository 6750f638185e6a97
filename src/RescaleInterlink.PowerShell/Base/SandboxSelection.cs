using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Which of the running sandboxes is meant.</summary>
internal static class SandboxSelection
{
    /// <summary>The one sandbox that fits; without criteria the only one that runs.</summary>
    /// <exception cref="RescaleException">SandboxNotRunning, or SandboxAmbiguous with a list.</exception>
    public static SandboxInstance Single(IReadOnlyList<SandboxInstance> running, string? path = null, int? processId = null)
    {
        SandboxInstance[] fitting = [.. running.Where(sandbox =>
            (path is null || SamePath(sandbox.Path, path)) && (processId is null || sandbox.ProcessId == processId))];
        if (fitting.Length == 1)
            return fitting[0];

        string list = string.Join("; ", running.Select(sandbox => $"{sandbox.ApiUrl} (process {sandbox.ProcessId}, {sandbox.Path})"));
        if (fitting.Length > 1)
        {
            throw new RescaleException(
                ErrorIds.SandboxAmbiguous, ErrorKind.InvalidInput, $"Several sandboxes of this user are running: {list}.",
                "Say which one: pipe the object of Start-RescaleSandbox, or give -Path to Stop-RescaleSandbox.");
        }

        string which = (path, processId) switch
        {
            (null, null) => "No sandbox of this user is running.",
            (null, _) => $"No sandbox of this user runs as process {processId}.",
            _ => $"No sandbox of this user runs on '{path}'.",
        };
        throw new RescaleException(
            ErrorIds.SandboxNotRunning, ErrorKind.NotFound,
            running.Count == 0 ? which : $"{which} Running: {list}.", "Start one with Start-RescaleSandbox.");
    }

    private static bool SamePath(string left, string right) => string.Equals(
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(left)), Path.TrimEndingDirectorySeparator(Path.GetFullPath(right)),
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
}
