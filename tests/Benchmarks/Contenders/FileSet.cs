using System.Globalization;
using System.Security.Cryptography;
using RescaleInterlink.Benchmarks.Workers;

namespace RescaleInterlink.Benchmarks.Contenders;

/// <summary>Files of random bytes, as sources, and as objects of ours in the target's <c>keep</c>.</summary>
/// <param name="Size">Bytes of each.</param>
internal sealed record FileSet(string Name, int Count, long Size, string Folder)
{
    public string[] Paths { get; } = [.. Enumerable.Range(0, Count).Select(i => Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"f{i:d6}")))];

    /// <summary>Beneath this prefix; the encrypted bytes are what peers that do not decrypt fetch as well.</summary>
    public string Prefix => Name + "/";

    public StoredFile[] Stored { get; set; } = [];

    public long Bytes => Count * Size;

    public void Make()
    {
        Directory.CreateDirectory(Folder);
        var buffer = new byte[(int)Math.Min(Size, 1 << 20)];
        foreach (var path in Paths)
        {
            using var stream = File.Create(path);
            for (var left = Size; left > 0; left -= buffer.Length)
            {
                RandomNumberGenerator.Fill(buffer);
                stream.Write(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
            }
        }
    }
}
