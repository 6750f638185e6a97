using System.Security.Cryptography;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library;

/// <summary>Names of objects in the storage (interop storage 3).</summary>
internal static class ObjectNaming
{
    public const string SuffixAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    public const int SuffixLength = 22;

    /// <summary>A new suffix: with 131 bits of chance no two uploads meet, whatever their names.</summary>
    public static string NewSuffix() => RandomNumberGenerator.GetString(SuffixAlphabet, SuffixLength);

    /// <returns>A new key in that storage, or name of a blob.</returns>
    public static string ForNew(StorageDescription storage, string fileName) => KeyPrefix(storage) + $"{fileName}-{NewSuffix()}";

    /// <summary>What the record of a file calls the object of that key.</summary>
    public static string RegisteredPath(StorageDescription storage, string key)
        => storage is { StorageType: StorageTypes.Azure, ConnectionSettings.PathPartsBase: { Length: > 0 } pathPartsBase } ? $"{pathPartsBase}/{key}" : key;

    /// <summary>With what the keys of that storage begin.</summary>
    /// <remarks>Without a base there is no leading slash, other than in the Go tool: S3 takes such a key, but many tools cannot name it.</remarks>
    public static string KeyPrefix(StorageDescription storage)
        => storage is { StorageType: StorageTypes.S3, ConnectionSettings.PathBase: { Length: > 0 } pathBase } ? pathBase + "/" : "";
}
