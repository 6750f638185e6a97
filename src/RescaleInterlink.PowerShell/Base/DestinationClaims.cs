using RescaleInterlink.Errors;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Local paths one command writes to: two of its files must not become the same one. Thread-safe.</summary>
internal sealed class DestinationClaims
{
    // Disks of Windows and macOS usually do not tell upper from lower case.
    private readonly HashSet<string> _claimed = new(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);

    /// <exception cref="RescaleException">DestinationExists.</exception>
    public void Claim(string path)
    {
        if (!TryClaim(path))
        {
            throw new RescaleException(
                ErrorIds.DestinationExists, ErrorKind.AlreadyExists,
                $"Another file of this command is already written to '{path}'.", "Receive them into different folders.");
        }
    }

    public bool TryClaim(string path)
    {
        lock (_claimed)
            return _claimed.Add(path);
    }
}
