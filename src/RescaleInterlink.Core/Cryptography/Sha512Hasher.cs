using System.Security.Cryptography;

namespace RescaleInterlink.Cryptography;

/// <summary>SHA-512 over bytes that come in order, piece by piece. Not thread-safe.</summary>
public sealed class Sha512Hasher : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);

    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>Lower-case hex of everything appended since the start or the last call.</summary>
    public string Finish() => Convert.ToHexString(_hash.GetHashAndReset()).ToLowerInvariant();

    public void Dispose() => _hash.Dispose();
}
