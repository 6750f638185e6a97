using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>The body that registers an uploaded object as a file (interop API 4.1).</summary>
internal static class FileRegistration
{
    private const int KeyBytes = 32;
    private const int Sha512Digits = 128;

    /// <returns>The record, still without ids and date.</returns>
    /// <exception cref="ApiException">400: something is wrong with it, or the object is not in storage.</exception>
    public static FileRecord Read(BodyReader body, Store store, ObjectRepository objects)
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
        ReadStorage(body);
        string? sha512 = ReadChecksum(body);
        var (container, path) = ReadPath(body, objects);
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

    private static void ReadStorage(BodyReader body) => body.Object("storage", storage =>
    {
        string id = storage.Text("id");
        if (id.Length > 0 && id != Account.StorageId)
            storage.Fail("id", $"Invalid pk \"{id}\" - object does not exist.");
        string type = storage.Text("storageType");
        if (type.Length > 0 && type != Account.StorageType)
            storage.Fail("storageType", $"\"{type}\" is not a valid choice.");
        return id;
    });

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

    private static (string Container, string Path) ReadPath(BodyReader body, ObjectRepository objects)
    {
        string container = "", path = "";
        body.Object("pathParts", parts =>
        {
            container = parts.Text("container");
            path = parts.Text("path");
            if (container.Length > 0 && path.Length > 0 && objects.Find(container, path) is null)
                parts.Fail("path", "There is no such object in storage.");
            return path;
        });
        return (container, path);
    }
}
