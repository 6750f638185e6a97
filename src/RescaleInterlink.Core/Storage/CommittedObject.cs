using System.Globalization;
using System.Security.Cryptography;

namespace RescaleInterlink.Storage;

/// <summary>Tells whether an object that exists is the one a commit with a lost reply was to make.</summary>
internal static class CommittedObject
{
    /// <summary>
    /// Length and all metadata must agree; the metadata of an encrypted object holds its random IV. An upload without
    /// metadata is known by its ETag, computed from those of its parts.
    /// </summary>
    public static bool IsResultOf(ObjectProperties found, MultipartUpload upload, IReadOnlyList<StoredPart> parts)
    {
        if (found.Length != parts.Sum(part => part.Length)) return false;
        if (upload.Metadata.Count == 0) return MultipartETag(parts) is { } expected && expected == found.ETag.Trim('"');
        return upload.Metadata.All(pair => found.Metadata.TryGetValue(pair.Key, out var value) && value == pair.Value);
    }

    /// <summary>MD5 of the parts' MD5s and their number; null when the parts' ETags are not MD5s.</summary>
    public static string? MultipartETag(IReadOnlyList<StoredPart> parts)
    {
        var digests = new byte[parts.Count * MD5.HashSizeInBytes];
        for (var i = 0; i < parts.Count; i++)
        {
            var etag = parts[i].ETag.Trim('"');
            if (etag.Length != 2 * MD5.HashSizeInBytes || !etag.All(char.IsAsciiHexDigit)) return null;
            Convert.FromHexString(etag).CopyTo(digests, i * MD5.HashSizeInBytes);
        }

#pragma warning disable CA5351 // The protocol's own digest, used as a name and not for protection.
        var digest = MD5.HashData(digests);
#pragma warning restore CA5351
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexString(digest).ToLowerInvariant()}-{parts.Count}");
    }
}
