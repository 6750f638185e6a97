using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Transfers.LocalFiles;

/// <summary>
/// What a download is written to until it is whole and verified: <c>.&lt;16 hex&gt;.rescale-part</c> beside the target when
/// a checkpoint leads to it, else <c>.&lt;16 hex&gt;.rescale-tmp</c>; a short name whatever the target's. It becomes the target
/// by one rename, or is deleted. As long as it has its own name, its process holds it open for itself alone.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    public const string Suffix = ".rescale-part";

    /// <summary>Of one that no later run can continue: worthless once its process has ended, see <see cref="Leftovers"/>.</summary>
    public const string TemporarySuffix = ".rescale-tmp";

    // On Windows the file can still be deleted while a flush that nobody waits for any more holds it open; on Unix it always can, and
    // only None locks it.
    public static readonly FileShare ForItselfAlone = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    // interop storage 10.
    private const double DiskReserve = 1.15;

    private const int HexDigits = 16;

    // While others look for leftovers, a new file can be taken for one before it is locked: on a busy machine several times in turn.
    private const int Tries = 100;

    // COR_E_IO.
    private const int UnnumberedIoError = unchecked((int)0x80131620);

    // Shorter files are written as soon as they are made; to take their room before that costs as much again.
    private const int SmallestTaken = 1 << 20;

    // What FAT allows; other limits are higher.
    private const long SmallestLargeFile = (4L << 30) - 1;

    private readonly string _destination;
    private readonly string _folder;
    private readonly string _path;
    private readonly long _length;
    private readonly SafeFileHandle _handle;
    private bool _keep;

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
                $"'{destination}' is a folder, and a file is to be written there.", "Choose another destination, or move the folder away.");
        if (FileAbove(destination) is { } file)
            throw new RescaleException(ErrorIds.DestinationInvalid, ErrorKind.InvalidInput,
                $"'{destination}' cannot be written, because '{file}' is a file and not a folder.", "Choose another destination.");
        if (!overwrite && File.Exists(destination)) throw Exists(destination);
    }

    /// <summary>The part of the path that should be a folder and is a file.</summary>
    private static string? FileAbove(string destination)
    {
        var place = Path.GetDirectoryName(destination);
        while (place is not null && !Path.Exists(place)) place = Path.GetDirectoryName(place);
        return place is not null && File.Exists(place) ? place : null;
    }

    /// <summary>A name for one that a checkpoint leads to.</summary>
    public static string NewName() => NewName(Suffix);

    public static bool IsTemporaryName(string name) => IsOwnName(name, TemporarySuffix);

    /// <param name="length">Bytes the file will have, and has from now on; the room for them is checked and taken now.</param>
    /// <param name="name">Known to a checkpoint; null: the file is of no use to a later run.</param>
    /// <exception cref="RescaleException">DiskFull or DestinationUnwritable.</exception>
    public static PartialFile Create(string destination, long length, string? name = null)
    {
        var folder = FolderOf(destination);
        try
        {
            // Asked first, because it costs less than to make what is nearly always there.
            if (!Directory.Exists(folder)) Directory.CreateDirectory(folder);
            // A disk that is left without any room at all harms more than this transfer (interop storage 10).
            var needed = (long)(length * DiskReserve);
            if (length > 0 && FreeSpace(folder) is { } free && free < needed) throw LocalFileErrors.DiskFull(destination, needed, free);
            for (var attempt = 1; attempt <= Tries; attempt++)
            {
                var path = Path.Combine(folder, name ?? NewName(TemporarySuffix));
                if (Open(path, destination, folder, length) is { } handle) return new PartialFile(destination, folder, path, length, handle);
            }

            throw new IOException("what is written there is deleted at once.");
        }
        catch (Exception failure) when (LocalFileErrors.FromWriting(failure, destination, length, () => FreeSpace(folder)) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Opens what an earlier run has left, for this run alone. Its room on the disk was taken when it was made.</summary>
    /// <param name="name">From a checkpoint: believed only as the name of a partial file beside the target.</param>
    /// <param name="reason">Why it cannot be continued.</param>
    /// <exception cref="RescaleException">DestinationUnwritable when it is there and cannot be opened now: that can pass, and what it holds is not given up.</exception>
    public static PartialFile? TryReopen(string destination, string name, long length, out string reason)
    {
        reason = "the partial file has a name that this module does not give";
        if (!IsOwnName(name, Suffix)) return null;
        var folder = FolderOf(destination);
        var path = Path.Combine(folder, name);
        try
        {
            var found = new FileInfo(path);
            reason = !found.Exists ? "the partial file is gone"
                : found.LinkTarget is not null ? "the partial file is a link"
                : found.Length != length ? $"the partial file has {found.Length} bytes instead of {length}"
                : "";
            if (reason.Length > 0) return null;
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, ForItselfAlone, FileOptions.Asynchronous);
            if (RandomAccess.GetLength(handle) == length) return new PartialFile(destination, folder, path, length, handle);
            handle.Dispose();
            reason = "the partial file is being changed";
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            reason = "the partial file is gone";
        }
        catch (Exception failure) when (LocalFileErrors.FromWriting(failure, path, length, () => FreeSpace(folder)) is { } translated)
        {
            throw translated;
        }

        return null;
    }

    /// <summary>Removes what an earlier run has left, if it has left it.</summary>
    /// <param name="name">From a checkpoint: believed only as the name of a partial file beside the target.</param>
    public static void Delete(string destination, string name)
    {
        if (IsOwnName(name, Suffix)) DeleteIfPossible(Path.Combine(FolderOf(destination), name));
    }

    private static string FolderOf(string destination) => Path.GetDirectoryName(destination) ?? destination;

    private static string NewName(string suffix) => $".{Convert.ToHexString(RandomNumberGenerator.GetBytes(HexDigits / 2)).ToLowerInvariant()}{suffix}";

    private static bool IsOwnName(string name, string suffix) =>
        name.Length == HexDigits + 1 + suffix.Length && name[0] == '.' && name.EndsWith(suffix, StringComparison.Ordinal)
        && name.Skip(1).Take(HexDigits).All(char.IsAsciiHexDigitLower);

    /// <returns>Null when another process took it for a leftover between its making and its locking, which on Unix are two steps.</returns>
    private static SafeFileHandle? Open(string path, string destination, string folder, long length)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, ForItselfAlone,
                FileOptions.Asynchronous, length < SmallestTaken || LivesInMemory(folder) ? 0 : length);
        }
        catch (IOException refused) when (OwnFile.IsHeld(refused))
        {
            return null;
        }
        catch (IOException refused) when (length > 0 && refused.HResult == UnnumberedIoError)
        {
            // On Unix .NET gives no number when the room cannot be taken: the disk is full, or no file may be that large.
            var free = FreeSpace(folder);
            if (free < length || length <= SmallestLargeFile) throw LocalFileErrors.DiskFull(destination, length, free, refused);
            throw;
        }

        try
        {
            // Taking the room does not set the length everywhere; what continues later goes by it.
            RandomAccess.SetLength(handle, length);
            // Nobody else gives a file this name; and who deletes a leftover holds its lock until it is gone.
            if (File.Exists(path)) return handle;
            handle.Dispose();
            return null;
        }
        catch
        {
            handle.Dispose();
            DeleteIfPossible(path);
            throw;
        }
    }

    /// <summary>
    /// Where taking the room means filling the memory with zeros, once more and before the first byte is asked for:
    /// 0.3 s for 1 GiB, a seventh of a whole download.
    /// </summary>
    private static bool LivesInMemory(string folder) => OperatingSystem.IsLinux() && new DriveInfo(folder).DriveFormat is "tmpfs" or "ramfs";

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

    /// <summary>Writes on this thread, and blocks it while the disk is behind.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>
    /// Lets the disk begin with what was written, so that the flush at the end does not have all of it to wait for.
    /// </summary>
    public void BeginFlush(long offset, long length) => UnixFileSystem.BeginFlush(_handle, offset, length);

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

    /// <summary>Flushes it to the disk.</summary>
    /// <exception cref="RescaleException">SizeMismatch, DiskFull or DestinationUnwritable.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
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
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Renames it to its target. A file there is replaced at this moment, or never.</summary>
    /// <exception cref="RescaleException">DestinationExists or DestinationUnwritable.</exception>
    public void Publish(bool overwrite)
    {
        try
        {
            // On Unix it is given up only under its new name: under the old one, what nobody holds is a leftover.
            if (OperatingSystem.IsWindows()) _handle.Dispose();
            if (overwrite) File.Move(_path, _destination, overwrite: true);
            else if (!UnixFileSystem.TryMoveToFreeName(_path, _destination)) throw Exists(_destination);
            _keep = true;
            _handle.Dispose();
            UnixFileSystem.FlushFolder(_folder);
        }
        catch (Exception failure) when (Translate(failure) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Leaves it to a later run, which a checkpoint leads to it.</summary>
    public void Keep() => _keep = true;

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
        "Choose another destination, or what becomes of it with -Conflict: Overwrite, Skip or Rename.");

    public void Dispose()
    {
        _handle.Dispose();
        if (!_keep) DeleteIfPossible(_path);
    }

    private static void DeleteIfPossible(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whatever led here is what is to be reported; the leftover has a name of its own and harms nothing.
        }
    }
}
