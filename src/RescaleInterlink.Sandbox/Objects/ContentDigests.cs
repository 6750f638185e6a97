using System.Security.Cryptography;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>Several digests of the same bytes. Not thread-safe; the bytes come in order.</summary>
public sealed class ContentDigests : IDisposable
{
    private readonly (DigestAlgorithms Algorithm, IContentDigest Digest)[] _running;
    private readonly Dictionary<DigestAlgorithms, byte[]> _results = [];

    /// <summary>Starts the digests of all algorithms in <paramref name="algorithms"/>.</summary>
    public ContentDigests(DigestAlgorithms algorithms) =>
        _running = [.. Enum.GetValues<DigestAlgorithms>()
            .Where(one => one != DigestAlgorithms.None && algorithms.HasFlag(one))
            .Select(one => (one, Create(one)))];

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var (_, digest) in _running) digest.Append(bytes);
    }

    /// <summary>Ends all digests; <see cref="Result"/> gives them.</summary>
    public void Finish()
    {
        foreach (var (algorithm, digest) in _running) _results[algorithm] = digest.Finish();
    }

    /// <summary>A finished digest, big-endian.</summary>
    /// <exception cref="InvalidOperationException">It was not asked for, or <see cref="Finish"/> has not been called.</exception>
    public ReadOnlySpan<byte> Result(DigestAlgorithms algorithm) =>
        _results.TryGetValue(algorithm, out var result)
            ? result
            : throw new InvalidOperationException($"The digest {algorithm} has not been computed.");

    /// <summary>The digest of one algorithm over bytes in memory.</summary>
    public static byte[] Compute(DigestAlgorithms algorithm, ReadOnlySpan<byte> bytes)
    {
        using var digest = Create(algorithm);
        digest.Append(bytes);
        return digest.Finish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, digest) in _running) digest.Dispose();
    }

    private static IContentDigest Create(DigestAlgorithms algorithm) => algorithm switch
    {
        // MD5 and SHA-1 guard nothing here: they are what S3's ETag and x-amz-checksum-sha1 are defined as.
        DigestAlgorithms.Md5 => new HashDigest(HashAlgorithmName.MD5),
        DigestAlgorithms.Sha1 => new HashDigest(HashAlgorithmName.SHA1),
        DigestAlgorithms.Sha256 => new HashDigest(HashAlgorithmName.SHA256),
        DigestAlgorithms.Crc32 => ReflectedCrc.Crc32(),
        DigestAlgorithms.Crc32C => new Crc32C(),
        DigestAlgorithms.Crc64Nvme => ReflectedCrc.Crc64Nvme(),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Exactly one algorithm is expected."),
    };
}
