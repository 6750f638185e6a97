using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Transfers.LocalFiles;

/// <summary>
/// What a download is written to until it is whole and verified: <c>.&lt;16 hex&gt;.rescale-part</c> beside the target,
/// a short name whatever the target's. It becomes the target by one rename, or is deleted.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    public const string Suffix = ".rescale-part";

    // COR_E_IO.
    private const int UnnumberedIoError = unchecked((int)0x80131620);

    // What FAT allows; other limits are higher.
    private const long SmallestLargeFile = (4L << 30) - 1;

    private readonly string _destination;
    private readonly string _folder;
    private readonly string _path;
    private readonly long _length;
    private readonly SafeFileHandle _handle;
    private bool _committed;

    private PartialFile(string destination, string folder, string path, long length, SafeFileHandle handle)
    {
        (_destination, _folder, _path, _length, _handle) = (destination, folder, path, length, handle);
    }

    /// <summary>Refuses a target that cannot be made, before anything is fetched.</summary>
    /// <exception cref="RescaleException">DestinationInvalid or DestinationExists.</exception>
    public static void CheckDestination(string destination, bool overwrite)
    {
        if (Directory.Exists(destination))
            throw new RescaleException(ErrorIds.DestinationInvalid, ErrorKind.InvalidInput,
                $"'{destination}' is a folder.", "Name a file inside it.");
        if (!overwrite && File.Exists(destination)) throw Exists(destination);
    }

    /// <param name="length">Bytes the file will have; the room for them is checked and taken now.</param>
    /// <exception cref="RescaleException">DiskFull or DestinationUnwritable.</exception>
    public static PartialFile Create(string destination, long length)
    {
        var folder = Path.GetDirectoryName(destination) ?? destination;
        try
        {
            Directory.CreateDirectory(folder);
            if (FreeSpace(folder) is { } free && free < length) throw LocalFileErrors.DiskFull(destination, length, free);
            var path = Path.Combine(folder, $".{Convert.ToHexString(RandomNumberGenerator.GetBytes(8)).ToLowerInvariant()}{Suffix}");
            return new PartialFile(destination, folder, path, length, Open(path, destination, folder, length));
        }
        catch (Exception failure) when (LocalFileErrors.FromWriting(failure, destination, length, () => FreeSpace(folder)) is { } translated)
        {
            throw translated;
        }
    }

    private static SafeFileHandle Open(string path, string destination, string folder, long length)
    {
        try
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete,
                FileOptions.Asynchronous, length);
        }
        catch (IOException refused) when (length > 0 && refused.HResult == UnnumberedIoError)
        {
            // On Unix .NET gives no number when the room cannot be taken: the disk is full, or no file may be that large.
            var free = FreeSpace(folder);
            if (free < length || length <= SmallestLargeFile) throw LocalFileErrors.DiskFull(destination, length, free, refused);
            throw;
        }
    }

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(_handle, bytes, offset, cancellationToken);
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Reads back what was written.</summary>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await RandomAccess.ReadAsync(_handle, buffer, offset, cancellationToken);
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Flushes it to the disk and renames it. A file at the target is replaced at this moment, or never.</summary>
    /// <exception cref="RescaleException">DestinationExists, SizeMismatch, DiskFull or DestinationUnwritable.</exception>
    public async Task CommitAsync(bool overwrite, CancellationToken cancellationToken)
    {
        try
        {
            var actual = RandomAccess.GetLength(_handle);
            if (actual != _length)
                throw new RescaleException(ErrorIds.SizeMismatch, ErrorKind.Integrity,
                    $"{actual} bytes were written of the {_length} of '{_destination}'.", "Receive the file again.");
            // A flush cannot be interrupted, and a slow disk may take long over it; a stop does not wait for that.
            await Task.Run(() => RandomAccess.FlushToDisk(_handle), CancellationToken.None).WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            _handle.Dispose();
            if (overwrite) File.Move(_path, _destination, overwrite: true);
            else if (!UnixFileSystem.TryMoveToFreeName(_path, _destination)) throw Exists(_destination);
            _committed = true;
            UnixFileSystem.FlushFolder(_folder);
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    private RescaleException? Translate(Exception failure) =>
        LocalFileErrors.FromWriting(failure, _destination, _length, () => FreeSpace(_folder));

    /// <returns>Bytes, or null when the file system does not tell.</returns>
    private static long? FreeSpace(string folder)
    {
        try
        {
            // A share on Windows is no drive.
            return folder.StartsWith(@"\\", StringComparison.Ordinal) ? null : new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static RescaleException Exists(string destination) => new(
        ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"'{destination}' already exists.",
        "Choose another destination, or allow it to be replaced.");

    public void Dispose()
    {
        _handle.Dispose();
        if (_committed) return;
        try
        {
            File.Delete(_path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to report; the leftover has a name of its own and harms nothing.
        }
    }
}
