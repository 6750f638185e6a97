using System.Globalization;
using Microsoft.Win32.SafeHandles;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Transfers.LocalFiles;

/// <summary>A local file as a source. It is opened when it is first read, so that many can wait their turn.</summary>
public sealed class LocalFileSource : IRangeSource, IDisposable
{
    private readonly string _path;
    private readonly object _lock = new();
    private SafeFileHandle? _handle;
    private bool _disposed;

    /// <exception cref="RescaleException">SourceNotFound, SourceIsDirectory or SourceUnreadable.</exception>
    public LocalFileSource(string path)
    {
        _path = Path.GetFullPath(path);
        if (Directory.Exists(_path))
            throw new RescaleException(ErrorIds.SourceIsDirectory, ErrorKind.InvalidInput,
                $"'{_path}' is a folder, not a file.", "Send it with Send-RescaleFolder, or name its files.");
        if (!File.Exists(_path)) throw LocalFileErrors.SourceNotFound(_path);
    }

    public string DisplayName => _path;

    /// <summary>Length, last write and creation time as the path shows them now: a file put in its place differs too.</summary>
    public Task<SourceIdentity> GetIdentityAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var file = Find(_path);
            if (!file.Exists) throw LocalFileErrors.SourceNotFound(_path);
            if (file.Length == 0) RequireEmpty(file.FullName);
            var stamp = string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks:x}-{file.CreationTimeUtc.Ticks:x}");
            return Task.FromResult(new SourceIdentity(file.Length, stamp));
        }
        catch (Exception failure) when (LocalFileErrors.FromReading(failure, _path) is { } translated)
        {
            throw translated;
        }
        catch (ArgumentOutOfRangeException failure)
        {
            throw LocalFileErrors.TimeOutOfRange(_path, failure);
        }
    }

    /// <summary>The file that a path leads to, through links. A link's own length is that of its text.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static FileInfo Find(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : (FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!;
    }

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            var handle = Open();
            for (var filled = 0; filled < destination.Length;)
            {
                var count = await RandomAccess.ReadAsync(handle, destination[filled..], offset + filled, cancellationToken);
                if (count == 0) throw LocalFileErrors.SourceChanged(_path, $"it ends at byte {offset + filled}");
                filled += count;
            }
        }
        catch (Exception failure) when (LocalFileErrors.FromReading(failure, _path) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>Pipes and devices report the length 0, and so do the files of /proc, whatever can be read from them.</summary>
    private void RequireEmpty(string target)
    {
        if (!UnixFileSystem.IsRegularFile(target))
            throw new RescaleException(ErrorIds.SourceUnreadable, ErrorKind.LocalFile,
                $"'{_path}' is a pipe, a socket or a device; it has no length and cannot be sent.", "Write its content to a file, and send that.");
        if (RandomAccess.Read(Open(), stackalloc byte[1], 0) > 0)
            throw LocalFileErrors.SourceChanged(_path, "it has content and reports the length 0");
    }

    private SafeFileHandle Open()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            // Others may read, rename and delete it meanwhile, but not write.
            return _handle ??= File.OpenHandle(_path, FileMode.Open, FileAccess.Read,
                FileShare.Read | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _handle?.Dispose();
        }
    }
}
