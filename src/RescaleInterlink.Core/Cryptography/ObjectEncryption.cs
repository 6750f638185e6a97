using System.Globalization;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Cryptography;

/// <summary>What an object's metadata says about its encryption (interop storage 2.1 and 2.2).</summary>
/// <param name="Iv">16 bytes, or null when the metadata holds none that can be used.</param>
/// <param name="FileId">32 bytes, v1 only.</param>
/// <param name="PartSize">Plaintext bytes of a part; 0 = not said.</param>
public sealed record ObjectEncryption(ObjectFormat Format, byte[]? Iv, byte[]? FileId, long PartSize)
{
    private const string IvName = "iv";
    private const string StreamingFormatName = "streamingformat";
    private const string PartSizeName = "partsize";
    private const string FormatVersionName = "formatversion";
    private const string FileIdName = "fileid";

    public static ObjectEncryption ForUpload(byte[] iv, long partSize) => new(ObjectFormat.Chained, iv, null, partSize);

    /// <summary>Names as they are written: lower case.</summary>
    public IReadOnlyDictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (Iv is not null) metadata[IvName] = Convert.ToBase64String(Iv);
        if (Format == ObjectFormat.Chained)
        {
            metadata[StreamingFormatName] = "cbc";
            metadata[PartSizeName] = PartSize.ToString(CultureInfo.InvariantCulture);
        }

        return metadata;
    }

    /// <param name="metadata">Names in any case, as stores return them; null counts as empty.</param>
    /// <exception cref="RescaleException">FormatInvalid when a v1 object lacks its file id or part size.</exception>
    public static ObjectEncryption Detect(IReadOnlyDictionary<string, string>? metadata)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in metadata ?? new Dictionary<string, string>()) values[name] = value;

        var iv = Decode(values.GetValueOrDefault(IvName), CipherBlock.IvSize);
        var partSize = ParseSize(values.GetValueOrDefault(PartSizeName));
        if (values.GetValueOrDefault(FormatVersionName) == "1")
        {
            var fileId = Decode(values.GetValueOrDefault(FileIdName), PartKeyDerivation.FileIdSize)
                ?? throw Invalid("its file id is missing or not 32 bytes of base64");
            if (partSize == 0) throw Invalid("its part size is missing or not a number");
            return new(ObjectFormat.PartKeys, iv, fileId, partSize);
        }

        return values.GetValueOrDefault(StreamingFormatName) == "cbc"
            ? new(ObjectFormat.Chained, iv, null, partSize)
            : new(ObjectFormat.Whole, iv, null, 0);
    }

    private static byte[]? Decode(string? text, int size)
    {
        var bytes = new byte[size];
        return text is not null && Convert.TryFromBase64String(text, bytes, out var written) && written == size ? bytes : null;
    }

    private static long ParseSize(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;

    private static RescaleException Invalid(string why) => new(
        ErrorIds.FormatInvalid, ErrorKind.Integrity,
        $"The object says that it has format version 1, but {why}.",
        "The object's metadata has been damaged or lost; it must be uploaded again.");
}
