using System.Security.Cryptography;
using RescaleInterlink.Sandbox.Streams;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Hashes and counts what is read through it.</summary>
internal sealed class HashingStream(Stream inner) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);

    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    /// <summary>Lower-case hex of all bytes read so far.</summary>
    public string Sha512 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        _hash.AppendData(buffer[..read]);
        Count += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
