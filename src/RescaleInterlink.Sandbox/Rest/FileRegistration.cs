using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>The body that registers an uploaded object as a file (interop API 4.1).</summary>
internal static class FileRegistration
{
    private const int KeyBytes = 32;
    private const int Sha512Digits = 128;

    /// <returns>The record, still without ids and date.</returns>
    /// <exception cref="ApiException">400: something is wrong with it, or the object is not in storage.</exception>
    public static async Task<FileRecord> ReadAsync(BodyReader body, Store store, Account account, ObjectStorages objects, CancellationToken cancellationToken)
    {
        string name = body.Text("name");
        int typeId = (int)Math.Min(int.MaxValue, body.Whole("typeId", least: 1, fallback: FileRecord.InputType));
        string folder = body.OptionalText("currentFolderId") ?? RootFolders.MyLibrary;
        if (store.FindFolder(folder) is not { IsTrashed: false })
            body.Fail("currentFolderId", $"Invalid pk \"{folder}\" - object does not exist.");
        string key = body.Text("encodedEncryptionKey");
        if (key.Length > 0 && !IsKey(key))
            body.Fail("encodedEncryptionKey", $"Base64 of {KeyBytes} bytes is expected.");
        long size = body.Whole("decryptedSize", least: 0);
        if (!body.Flag("isUploaded", fallback: true))
            body.Fail("isUploaded", "Only uploaded files can be registered.");
        var storage = account.ReadStorage(body);
        string? sha512 = ReadChecksum(body);
        var (container, path) = ReadPath(body);
        if (container.Length > 0 && path.Length > 0 && !await objects[storage].ExistsAsync(container, path, cancellationToken))
            body.Fail("pathParts", new JsonObject { ["path"] = new JsonArray("There is no such object in storage.") });
        body.ThrowIfInvalid();
        return new FileRecord
        {
            Id = "",
            SymlinkId = "",
            Name = name,
            TypeId = typeId,
            FolderId = folder,
            DecryptedSize = size,
            EncodedEncryptionKey = key,
            Storage = storage,
            Container = container,
            Path = path,
            Sha512 = sha512,
        };
    }

    private static bool IsKey(string text)
    {
        Span<byte> key = stackalloc byte[KeyBytes + 2];
        return Convert.TryFromBase64String(text, key, out int length) && length == KeyBytes;
    }

    private static string? ReadChecksum(BodyReader body)
    {
        string? sha512 = null;
        body.Objects("fileChecksums", required: false, checksum =>
        {
            string function = checksum.Text("hashFunction");
            string hash = checksum.Text("fileHash");
            if (function.Replace("-", "", StringComparison.Ordinal).Equals("sha512", StringComparison.OrdinalIgnoreCase))
            {
                if (hash.Length > 0 && (hash.Length != Sha512Digits || !hash.All(char.IsAsciiHexDigit)))
                    checksum.Fail("fileHash", $"{Sha512Digits} hexadecimal digits are expected.");
                sha512 = hash.ToLowerInvariant();
            }

            return function;
        });
        return sha512;
    }

    private static (string Container, string Path) ReadPath(BodyReader body)
    {
        string container = "", path = "";
        body.Object("pathParts", parts =>
        {
            container = parts.Text("container");
            path = parts.Text("path");
            return path;
        });
        return (container, path);
    }
}
