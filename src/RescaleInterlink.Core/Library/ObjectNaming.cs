using System.Security.Cryptography;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library;

/// <summary>Names of objects in the storage (interop storage 3).</summary>
/// <param name="Key">Key of the object, or name of the blob.</param>
/// <param name="RegisteredPath">What the file's record calls it.</param>
internal sealed record ObjectName(string Key, string RegisteredPath);

internal static class ObjectNaming
{
    public const string SuffixAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    public const int SuffixLength = 22;

    /// <summary>A new suffix: with 131 bits of chance no two uploads meet, whatever their names.</summary>
    public static string NewSuffix() => RandomNumberGenerator.GetString(SuffixAlphabet, SuffixLength);

    /// <summary>A new name in that storage.</summary>
    public static ObjectName ForNew(StorageDescription storage, string fileName) => storage.StorageType == StorageTypes.Azure
        ? ForAzure(storage.ConnectionSettings?.PathPartsBase, fileName, NewSuffix())
        : ForS3(storage.ConnectionSettings?.PathBase, fileName, NewSuffix());

    /// <summary>What the record of a file calls the object of that key.</summary>
    public static string RegisteredPath(StorageDescription storage, string key)
        => storage is { StorageType: StorageTypes.Azure, ConnectionSettings.PathPartsBase: { Length: > 0 } pathPartsBase } ? $"{pathPartsBase}/{key}" : key;

    /// <summary>With what the keys of that storage begin.</summary>
    public static string KeyPrefix(StorageDescription storage)
        => storage is { StorageType: StorageTypes.S3, ConnectionSettings.PathBase: { Length: > 0 } pathBase } ? pathBase + "/" : "";

    /// <remarks>Without a base there is no leading slash either, other than in the Go tool: S3 takes such a key, but many tools cannot name it.</remarks>
    public static ObjectName ForS3(string? pathBase, string fileName, string suffix)
    {
        var key = string.IsNullOrEmpty(pathBase) ? $"{fileName}-{suffix}" : $"{pathBase}/{fileName}-{suffix}";
        return new ObjectName(key, key);
    }

    public static ObjectName ForAzure(string? pathPartsBase, string fileName, string suffix)
    {
        var blob = $"{fileName}-{suffix}";
        return new ObjectName(blob, string.IsNullOrEmpty(pathPartsBase) ? blob : $"{pathPartsBase}/{blob}");
    }
}
