using System.Globalization;
using System.Text;

namespace RescaleInterlink.Storage.AzureBlob;

/// <summary>Names of blocks: base64 of <c>block-%010d</c>, 0-based (interop storage 4), so that all of a blob are of one length.</summary>
internal static class BlockIds
{
    private const string Prefix = "block-";
    private const int Digits = 10;

    /// <param name="partNumber">1-based.</param>
    public static string Of(int partNumber) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{partNumber - 1:d10}")));

    /// <returns>The 1-based part number; null for a block that another program named.</returns>
    public static int? PartNumberOf(string blockId)
    {
        Span<byte> bytes = stackalloc byte[Prefix.Length + Digits + 2];
        if (!Convert.TryFromBase64String(blockId, bytes, out var length) || length != Prefix.Length + Digits) return null;
        var text = Encoding.ASCII.GetString(bytes[..length]);
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < int.MaxValue
            ? index + 1
            : null;
    }
}
