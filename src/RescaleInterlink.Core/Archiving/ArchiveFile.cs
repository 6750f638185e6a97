using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Archiving;

/// <summary>Archives that are kept on the disk.</summary>
public static class ArchiveFile
{
    private const int PieceSize = 1 << 20;

    /// <summary>Writes the archive; it is at its name when it is whole, and replaces what is there.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <exception cref="RescaleException">DestinationUnwritable, DiskFull; SourceChanged or SourceUnreadable, naming the file inside the folder.</exception>
    public static async Task WriteAsync(FolderArchive archive, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(archive);
        // Of this name again after a kill, so that it does not stay.
        var partial = Path.Combine(Path.GetDirectoryName(path)!, $".{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(path)), 0, 8).ToLowerInvariant()}.rescale-part");
        try
        {
            var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            try
            {
                await using (file.ConfigureAwait(false))
                {
                    await CopyAsync(archive.Bytes, file, cancellationToken).ConfigureAwait(false);
                    file.Flush(flushToDisk: true);
                }

                File.Move(partial, path, overwrite: true);
            }
            catch
            {
                File.Delete(partial);
                throw;
            }
        }
        catch (Exception exception) when (LocalFileErrors.FromWriting(exception, path, archive.Source.Length, static () => null) is { } failure)
        {
            throw failure;
        }
    }

    private static async Task CopyAsync(IByteSource source, FileStream file, CancellationToken cancellationToken)
    {
        if (source is IForwardSource forward)
        {
            var stream = await forward.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
                await stream.CopyToAsync(file, PieceSize, cancellationToken).ConfigureAwait(false);
            return;
        }

        var (ranges, buffer) = ((IRangeSource)source, new byte[PieceSize]);
        var length = (await ranges.GetIdentityAsync(cancellationToken).ConfigureAwait(false)).Length!.Value;
        for (var offset = 0L; offset < length; offset += PieceSize)
        {
            var piece = buffer.AsMemory(0, (int)Math.Min(PieceSize, length - offset));
            await ranges.ReadAsync(offset, piece, cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
        }
    }
}
