using RescaleInterlink.Errors;
using RescaleInterlink.Library;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Local paths one command writes to: two of its files must not become the same one. Thread-safe.</summary>
internal sealed class DestinationClaims
{
    private readonly ClaimedPaths _claimed = new();

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

    public bool TryClaim(string path) => _claimed.TryClaim(path);
}
