using System.Buffers.Binary;
using Amazon.S3;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage.S3;

/// <summary>
/// Whether bodies travel with a CRC32C of ours: the SDK's own costs two thirds of the throughput. S3 takes it; of another server it is
/// known once its answer to the beginning of an upload names the algorithm. Old ones ignore the offer, or refuse it once.
/// </summary>
internal sealed class S3Checksums(StoreDescription store)
{
    private volatile bool _taken = store.Endpoint is null;
    private volatile bool _refused;

    public bool MayBeOffered => !_refused;

    /// <summary>Base64 of the big-endian CRC32C, as S3 writes it.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Crc32C.Of(content));
        return Convert.ToBase64String(bytes);
    }

    /// <summary>Of an object in a single request; null for a server that has not shown that it knows checksums.</summary>
    public string? ForObject(ReadOnlySpan<byte> content) => _taken ? Of(content) : null;

    /// <param name="named">The algorithm in the answer to an offer.</param>
    public bool AreTakenBy(ChecksumAlgorithm? named)
    {
        if (named != ChecksumAlgorithm.CRC32C) return false;
        _taken = true;
        return true;
    }

    /// <summary>Whether the offer may be what a server refused: known when the same request without it succeeds.</summary>
    public bool MayBeRefusedBy(RescaleException failure) => store.Endpoint is not null
        && failure is { StatusCode: 400 or 501, Kind: not ErrorKind.TimedOut, Behavior: not ErrorBehavior.RefreshCredentials };

    /// <summary>Has the offer not made again in the life of the store; unless the failure is one that passes, which says nothing of it.</summary>
    public void OnRefused(RescaleException failure) => _refused |= failure.Behavior == ErrorBehavior.Fatal;
}
