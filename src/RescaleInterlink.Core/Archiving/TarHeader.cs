using System.Buffers.Binary;
using System.Text;

namespace RescaleInterlink.Archiving;

/// <summary>
/// Headers of GNU tar entries: the same bytes as <see cref="System.Formats.Tar.TarWriter"/> writes for the format GNU
/// (a property test compares them), but with a size that is known before anything is written, and equal in every runtime.
/// </summary>
internal static class TarHeader
{
    public const int BlockSize = 512;

    /// <summary>Two empty blocks end an archive.</summary>
    public const int EndSize = 2 * BlockSize;

    private const int NameSize = 100;
    /// <summary>Longest link target, in bytes, that stands in the header: the runtime moves one of exactly 100 out as well.</summary>
    private const int LinkSize = 99;
    private const string LongNameEntry = "././@LongLink";
    private const int LongNameMode = 0b110_100_100;

    /// <summary>Bytes of all header blocks of an entry, those for a long name or link target included.</summary>
    public static int GetSize(TarEntry entry)
        => BlockSize + GetLongSize(entry.LinkTarget, LinkSize) + GetLongSize(entry.Name, NameSize);

    /// <summary>Length rounded up to whole blocks.</summary>
    public static long Pad(long length) => (length + BlockSize - 1) / BlockSize * BlockSize;

    public static byte[] Build(TarEntry entry)
    {
        var bytes = new byte[GetSize(entry)];
        var rest = bytes.AsSpan();
        // The order is the one of GNU tar: first a long link target, then a long name, then the entry itself.
        if (GetLongSize(entry.LinkTarget, LinkSize) > 0)
            rest = WriteLong(rest, (byte)'K', entry.LinkTarget!);
        if (GetLongSize(entry.Name, NameSize) > 0)
            rest = WriteLong(rest, (byte)'L', entry.Name);
        var seconds = Math.DivRem((entry.ModifiedUtc - DateTime.UnixEpoch).Ticks, TimeSpan.TicksPerSecond, out var ticks);
        if (ticks < 0)
            seconds--;
        WriteBlock(rest, entry.Name, entry.Mode, entry.Length, seconds, (byte)entry.Kind, entry.LinkTarget, owner: "");
        return bytes;
    }

    private static int GetLongSize(string? text, int longestInHeader)
    {
        if (text is null)
            return 0;
        var length = Encoding.UTF8.GetByteCount(text);
        return length > longestInHeader ? BlockSize + (int)Pad(length + 1) : 0;
    }

    private static Span<byte> WriteLong(Span<byte> target, byte kind, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        WriteBlock(target, LongNameEntry, LongNameMode, length + 1, 0, kind, null, owner: "root");
        Encoding.UTF8.GetBytes(text, target[BlockSize..]);
        return target[(BlockSize + (int)Pad(length + 1))..];
    }

    private static void WriteBlock(
        Span<byte> block, string name, int mode, long size, long seconds, byte kind, string? linkTarget, string owner)
    {
        WriteText(block[..NameSize], name);
        WriteNumber(block.Slice(100, 8), mode);
        WriteNumber(block.Slice(108, 8), 0);
        WriteNumber(block.Slice(116, 8), 0);
        WriteNumber(block.Slice(124, 12), size);
        WriteNumber(block.Slice(136, 12), seconds);
        block[156] = kind;
        if (linkTarget is not null)
            WriteText(block.Slice(157, NameSize), linkTarget);
        "ustar  "u8.CopyTo(block[257..]);
        WriteText(block.Slice(265, 32), owner);
        WriteText(block.Slice(297, 32), owner);
        WriteChecksum(block);
    }

    /// <summary>As many whole characters as fit; the whole name of a long one stands in the entry before.</summary>
    private static void WriteText(Span<byte> field, string text)
        => Encoding.UTF8.GetEncoder().Convert(text, field, flush: true, out _, out _, out _);

    /// <summary>Octal digits and a NUL; what does not fit (from 8 GiB on, or before 1970) is stored in base 256, as GNU tar does.</summary>
    private static void WriteNumber(Span<byte> field, long value)
    {
        var digits = field.Length - 1;
        if (value < 0 || value >> (3 * digits) != 0)
        {
            field.Fill(value < 0 ? (byte)0xff : (byte)0);
            BinaryPrimitives.WriteInt64BigEndian(field[^8..], value);
            field[0] = value < 0 ? (byte)0xff : (byte)0x80;
            return;
        }

        field[digits] = 0;
        for (var i = digits - 1; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
    }

    private static void WriteChecksum(Span<byte> block)
    {
        var field = block.Slice(148, 8);
        field.Fill((byte)' ');
        var sum = 0;
        foreach (var value in block[..BlockSize])
            sum += value;
        WriteNumber(field[..7], sum);
    }
}
