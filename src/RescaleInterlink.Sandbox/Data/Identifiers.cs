using System.Security.Cryptography;

namespace RescaleInterlink.Sandbox.Data;

/// <summary>Ids in the platform's manner: short, mixed case.</summary>
internal static class Identifiers
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    public static string New() => RandomNumberGenerator.GetString(Letters, 6);

    /// <summary>22 letters and digits, as the platform appends to object names.</summary>
    public static string NewSuffix() => RandomNumberGenerator.GetString(Letters + "0123456789", 22);
}
