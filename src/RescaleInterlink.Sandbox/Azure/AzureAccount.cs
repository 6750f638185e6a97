using System.Security.Cryptography;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>The Azure account of one data folder, made at its first start and kept in its identity.</summary>
/// <param name="Name">Name of the account: 3 to 24 lower-case letters and digits.</param>
/// <param name="Key">Base64 of 64 bytes. A secret.</param>
internal sealed record AzureAccount(string Name, string Key)
{
    private const int KeyBytes = 64;

    public static AzureAccount Create()
        => new("sandbox" + RandomNumberGenerator.GetHexString(8, lowercase: true), Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)));

    public override string ToString() => $"Azure account {Name}";
}
