using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Transfers;

/// <summary>Which parts an upload has, and how long each is. All lengths are plaintext bytes.</summary>
/// <param name="Total">Null while nobody has seen the end of what is made as it is read.</param>
/// <param name="PartSize">Of every part but the last.</param>
internal readonly record struct PartLengths(long? Total, int PartSize)
{
    /// <summary>Null as long as the total is not known.</summary>
    public int? Count => Total is { } total ? (int)CipherSize.PartCount(total, PartSize) : null;

    /// <param name="number">Of a part of an upload whose total is known.</param>
    public int Of(int number) => (int)Math.Min(PartSize, Total!.Value - (number - 1L) * PartSize);

    /// <summary>As far as it can be told: the last part has up to 16 bytes less when the total is not known.</summary>
    public long Of(FinishedPart part) => Total is null ? Math.Min(part.Length, PartSize) : Of(part.Number);

    /// <summary>Whether there is a part of this number and length.</summary>
    public bool Fits(FinishedPart part) => part.Number >= 1 && (Count is not { } count
        || part.Number <= count && part.Length == (part.Number == count ? CipherSize.OfPlaintext(Of(count)) : PartSize));
}
