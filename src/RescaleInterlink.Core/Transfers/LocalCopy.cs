using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Transfers;

/// <summary>
/// A download whose bytes another one has just fetched: copied from there, verified while it is copied, and committed as
/// any other.
/// </summary>
internal sealed class LocalCopy(DownloadRequest request, EngineResources engine, TransferEntry entry)
{
    private const int PieceSize = 1 << 20;

    /// <returns>Null when the file of the other is gone, or is not what it was.</returns>
    public async Task<DownloadResult?> RunAsync(DownloadResult fetched, CancellationToken cancellationToken)
    {
        engine.Leftovers.DeleteBeside(request.Destination);
        PartialFile.CheckDestination(request.Destination, request.Overwrite);
        using var source = Open(fetched);
        if (source is null) return null;
        entry.SetTotal(fetched.Length);
        using var buffer = await entry.RentAsync((int)Math.Min(PieceSize, fetched.Length), cancellationToken);
        using var file = PartialFile.Create(request.Destination, fetched.Length);
        using var hasher = new Sha512Hasher();
        var copied = 0L;
        for (int count; (count = await ReadAsync(source, buffer.Memory, cancellationToken)) > 0; copied += count)
        {
            // Longer than it was.
            if (copied + count > fetched.Length) break;
            hasher.Append(buffer.Memory.Span[..count]);
            using (await entry.WaitAsync(WaitReason.Disk, engine.Disk.EnterAsync(cancellationToken)))
                await file.WriteAsync(copied, buffer.Memory[..count], cancellationToken);
            entry.AddBytes(count);
        }

        if (copied != fetched.Length || hasher.Finish() != fetched.Sha512)
        {
            // All of it has to move once more.
            entry.RepeatAll();
            return null;
        }

        entry.Verify();
        await file.FlushAsync(cancellationToken);
        file.Publish(request.Overwrite);
        return fetched with { Destination = request.Destination, ResumedBytes = 0 };
    }

    private static FileStream? Open(DownloadResult fetched)
    {
        try
        {
            var stream = new FileStream(fetched.Destination, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0,
                FileOptions.Asynchronous | FileOptions.SequentialScan);
            if (stream.Length == fetched.Length) return stream;
            stream.Dispose();
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whatever has become of it, the bytes can still be fetched.
            return null;
        }
    }

    /// <returns>0 also when it cannot be read any further: the copy is then incomplete.</returns>
    private static async ValueTask<int> ReadAsync(FileStream source, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
