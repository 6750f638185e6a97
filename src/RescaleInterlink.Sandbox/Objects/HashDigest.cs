using System.Security.Cryptography;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>A cryptographic hash as a running digest.</summary>
internal sealed class HashDigest(HashAlgorithmName name) : IContentDigest
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(name);

    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    public byte[] Finish() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();
}
