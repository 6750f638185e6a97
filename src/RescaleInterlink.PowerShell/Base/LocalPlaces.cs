using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Where one command puts what it receives, by what it does with a file that is there already. Thread-safe.</summary>
internal sealed class LocalPlaces(ReceiveConflict conflict)
{
    private readonly DestinationClaims _claims = new();

    /// <returns>The path to write to; null to leave the file alone that is there.</returns>
    /// <exception cref="Errors.RescaleException">DestinationExists: another file of the command has the place.</exception>
    public string? Take(string path)
    {
        if (conflict == ReceiveConflict.Rename)
            return TakeFree(path);
        _claims.Claim(path);
        // With Error the engine tells, as it knows its own finished file from another.
        return conflict == ReceiveConflict.Skip && File.Exists(path) ? null : path;
    }

    private string TakeFree(string path)
    {
        string free = path;
        for (int number = 2; File.Exists(free) || Directory.Exists(free) || !_claims.TryClaim(free); number++)
            free = LocalNames.Beside(path, number);
        return free;
    }
}
