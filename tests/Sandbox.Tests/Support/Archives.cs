using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace RescaleInterlink.Sandbox.Tests.Support;

/// <summary>Small archives for jobs.</summary>
internal static class Archives
{
    /// <param name="name">Its end says what kind.</param>
    /// <param name="entries">Names and contents.</param>
    public static byte[] Make(string name, params (string Name, string Content)[] entries)
    {
        using var bytes = new MemoryStream();
        if (name.EndsWith(".zip", StringComparison.Ordinal))
        {
            using var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (entry, content) in entries)
            {
                using var stream = zip.CreateEntry(entry).Open();
                stream.Write(Encoding.UTF8.GetBytes(content));
            }
        }
        else if (name.EndsWith(".tar", StringComparison.Ordinal))
        {
            Write(bytes, entries);
        }
        else
        {
            using var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true);
            Write(gzip, entries);
        }

        return bytes.ToArray();
    }

    private static void Write(Stream target, (string Name, string Content)[] entries)
    {
        using var writer = new TarWriter(target, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var (name, content) in entries)
        {
            using var data = new MemoryStream(Encoding.UTF8.GetBytes(content));
            writer.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
        }
    }
}
