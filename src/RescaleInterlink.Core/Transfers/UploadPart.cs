using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>A part on its way through reading, hashing, encryption (in place) and sending.</summary>
/// <param name="Number">1-based.</param>
internal sealed record UploadPart(int Number, PooledBuffer Buffer, IDisposable? Turn = null)
{
    /// <summary>Bytes; known when the part has been read.</summary>
    public int PlainLength { get; set; }

    /// <summary>CRC32C of what has been read of it, where a checkpoint wants it.</summary>
    public uint PlainCrc { get; set; }

    /// <summary>Bytes; known when the part has been encrypted.</summary>
    public int CipherLength { get; set; }

    public ReadOnlyMemory<byte> Ciphertext => Buffer.Memory[..CipherLength];
}

/// <summary>A piece of a part, small enough to still be in the processor's cache at the next stage.</summary>
internal readonly record struct UploadPiece(UploadPart Part, int Offset, int Length, bool EndsPart, bool EndsFile)
{
    public Span<byte> Plaintext => Part.Buffer.Memory.Span.Slice(Offset, Length);
}
