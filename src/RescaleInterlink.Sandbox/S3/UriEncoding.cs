using System.Buffers;
using System.Text;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>The URI encoding of Signature Version 4: every byte of the UTF-8 form but A-Z a-z 0-9 - . _ ~ becomes %XX in capitals.</summary>
public static class UriEncoding
{
    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>Encodes a text, the slash too.</summary>
    public static string Encode(string text) => Encode(text, keepSlash: false);

    /// <summary>Encodes a path; slashes stay, and nothing else of it is changed: S3 removes no dot segments and no empty ones.</summary>
    public static string EncodePath(string path) => Encode(path, keepSlash: true);

    /// <summary>
    /// Resolves %XX. A percent sign without two hex digits stays as it is. Bytes that are no UTF-8 become U+FFFD.
    /// </summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal)) return text;
        var raw = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit((char)raw[i + 1]) && char.IsAsciiHexDigit((char)raw[i + 2]))
            {
                raw[length++] = (byte)(Digit(raw[i + 1]) << 4 | Digit(raw[i + 2]));
                i += 2;
            }
            else raw[length++] = raw[i];
        }

        return Encoding.UTF8.GetString(raw, 0, length);
    }

    private static string Encode(string text, bool keepSlash)
    {
        if (!text.AsSpan().ContainsAnyExcept(Unreserved)) return text;
        var encoded = new StringBuilder(text.Length * 2);
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            if (Unreserved.Contains((char)one) || one == '/' && keepSlash) encoded.Append((char)one);
            else encoded.Append('%').Append("0123456789ABCDEF"[one >> 4]).Append("0123456789ABCDEF"[one & 15]);
        }

        return encoded.ToString();
    }

    private static int Digit(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
