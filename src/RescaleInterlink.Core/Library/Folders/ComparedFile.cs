using System.Security.Cryptography;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Library.Folders;

/// <summary>A local file that may be what the platform has. It is read, once, when a length is equal and only the hash can tell.</summary>
/// <param name="lane">As many may be read at once.</param>
internal sealed class ComparedFile(string path, long length, SemaphoreSlim lane)
{
    private const int ReadSize = 128 << 10;

    // Whoever has just received a file holds it a moment longer than its new name is there. Real time, as it is another's.
    private const int Tries = 50;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(20);

    private string? _sha512;

    /// <returns>False too when the platform has no length or no hash: nothing is the same without proof.</returns>
    /// <exception cref="Errors.RescaleException">SourceNotFound, SourceUnreadable.</exception>
    public async Task<bool> IsAsync(long? otherLength, string? otherSha512, CancellationToken cancellationToken)
    {
        if (otherLength != length || string.IsNullOrEmpty(otherSha512))
            return false;
        _sha512 ??= await HashInTurnAsync(cancellationToken).ConfigureAwait(false);
        return _sha512.Equals(otherSha512, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> HashInTurnAsync(CancellationToken cancellationToken)
    {
        await lane.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await HashAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lane.Release();
        }
    }

    private async Task<string> HashAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var file = await OpenAsync(cancellationToken).ConfigureAwait(false);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
            var buffer = new byte[(int)Math.Clamp(length, 1, ReadSize)];
            int count;
            while ((count = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                hash.AppendData(buffer, 0, count);
            return Convert.ToHexString(hash.GetHashAndReset());
        }
        catch (Exception e) when (LocalFileErrors.FromReading(e, path) is { } failure)
        {
            throw failure;
        }
    }

    private async Task<FileStream> OpenAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            }
            catch (IOException held) when (attempt < Tries && OwnFile.IsHeld(held))
            {
                await Task.Delay(BetweenTries, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
