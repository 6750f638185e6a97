using System.Buffers.Text;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>S3's additional checksums: their names in headers and documents, and the checksum of a whole multipart object.</summary>
internal static class Checksums
{
    public const string HeaderPrefix = "x-amz-checksum-";

    private static readonly (DigestAlgorithms Algorithm, string Name, int Length)[] Known =
    [
        (DigestAlgorithms.Crc32, "CRC32", 4),
        (DigestAlgorithms.Crc32C, "CRC32C", 4),
        (DigestAlgorithms.Crc64Nvme, "CRC64NVME", 8),
        (DigestAlgorithms.Sha1, "SHA1", 20),
        (DigestAlgorithms.Sha256, "SHA256", 32),
    ];

    /// <summary>All algorithms a client may use.</summary>
    public static IEnumerable<DigestAlgorithms> All => Known.Select(known => known.Algorithm);

    /// <summary>The name as in x-amz-checksum-algorithm.</summary>
    public static string NameOf(DigestAlgorithms algorithm) => Array.Find(Known, known => known.Algorithm == algorithm).Name;

    /// <summary>The header, such as x-amz-checksum-crc32c.</summary>
    public static string HeaderOf(DigestAlgorithms algorithm) => HeaderPrefix + NameOf(algorithm).ToLowerInvariant();

    /// <summary>The element, such as ChecksumCRC32C.</summary>
    public static string ElementOf(DigestAlgorithms algorithm) => "Checksum" + NameOf(algorithm);

    /// <summary>The algorithm of a name in any case; none when it is unknown.</summary>
    public static DigestAlgorithms ByName(string name) =>
        Array.Find(Known, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Algorithm;

    /// <summary>Whether a text is the base64 of a checksum of this algorithm.</summary>
    public static bool IsValid(DigestAlgorithms algorithm, string value) =>
        Base64.IsValid(value, out var length) && length == Array.Find(Known, known => known.Algorithm == algorithm).Length;

    /// <summary>The checksum of an object made of parts: of the parts' checksums (composite), or of all content.</summary>
    /// <param name="algorithm">The algorithm, which all parts have used.</param>
    /// <param name="isComposite">Which of the two.</param>
    /// <param name="parts">The parts in order.</param>
    public static ObjectChecksum OfParts(DigestAlgorithms algorithm, bool isComposite, IReadOnlyList<StoredPart> parts)
    {
        var sums = parts.Select(part => Convert.FromBase64String(part.Checksum!.Value)).ToList();
        if (isComposite)
        {
            var sum = ContentDigests.Compute(algorithm, sums.SelectMany(one => one).ToArray());
            return new ObjectChecksum(algorithm, $"{Convert.ToBase64String(sum)}-{parts.Count}", true);
        }

        var combined = sums[0];
        for (var i = 1; i < parts.Count; i++) combined = CrcCombination.Combine(algorithm, combined, sums[i], parts[i].Segment.Length);
        return new ObjectChecksum(algorithm, Convert.ToBase64String(combined), false);
    }
}
