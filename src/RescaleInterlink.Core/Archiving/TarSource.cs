using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Archiving;

/// <summary>
/// A folder as an uncompressed GNU tar, made while it is read. Entries in ordinal order, uid/gid 0, no user names, whole
/// seconds, links kept as links: the same tree gives the same bytes. The layout is computed from the listing, so it has a
/// length and ranges. Thread-safe.
/// </summary>
public sealed class TarSource : IRangeSource
{
    /// <summary>What the runtime puts in the place of bytes that are no UTF-8.</summary>
    internal const char NoText = '\uFFFD';

    private readonly IReadOnlyList<TarEntry> _entries;
    /// <summary>Where each entry's header begins; one more element holds the end of the last entry.</summary>
    private readonly long[] _offsets;
    private readonly SourceIdentity _identity;

    internal TarSource(string displayName, IReadOnlyList<TarEntry> entries)
    {
        DisplayName = displayName;
        _entries = entries;
        _offsets = new long[entries.Count + 1];
        for (var i = 0; i < entries.Count; i++)
            _offsets[i + 1] = _offsets[i] + TarHeader.GetSize(entries[i]) + TarHeader.Pad(entries[i].Length);
        _identity = new SourceIdentity(_offsets[^1] + TarHeader.EndSize, MakeStamp(entries));
    }

    /// <summary>Lists the folder and computes the layout; no file is opened yet.</summary>
    /// <param name="folder">Full path of the folder.</param>
    /// <param name="rootName">Name of the top entry inside the archive; entries are <c>rootName/...</c>.</param>
    /// <exception cref="RescaleException">SourceNotFound or SourceUnreadable, naming the file or folder.</exception>
    public static Task<TarSource> CreateAsync(string folder, string rootName, CancellationToken cancellationToken)
        => CreateAsync(folder, rootName, ArchiveOptions.Everything, cancellationToken);

    /// <inheritdoc cref="CreateAsync(string, string, CancellationToken)"/>
    /// <param name="options">What of the folder is taken; compression is another's business.</param>
    /// <exception cref="RescaleException">PatternInvalid; ArchiveNameTaken, naming both files; SourceNotFound or SourceUnreadable, naming the file or folder.</exception>
    public static async Task<TarSource> CreateAsync(string folder, string rootName, ArchiveOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Listing blocks on the disk, for minutes in a very large tree on a network share.
        var entries = await Task.Run(() => TarListing.List(folder, rootName, options, cancellationToken), cancellationToken).ConfigureAwait(false);
        return new TarSource(folder, entries);
    }

    public string DisplayName { get; }

    /// <summary>Bytes of the archive.</summary>
    public long Length => _identity.Length!.Value;

    /// <summary>Files in the archive, without directories and links.</summary>
    public int FileCount => _entries.Count(entry => entry.Kind == TarEntryKind.File);

    /// <summary>Bytes of these files.</summary>
    public long FileBytes => _entries.Sum(static entry => entry.Length);

    /// <summary>The length, and a hash over names, lengths, modes and times of the listing.</summary>
    public Task<SourceIdentity> GetIdentityAsync(CancellationToken cancellationToken) => Task.FromResult(_identity);

    /// <inheritdoc/>
    /// <exception cref="RescaleException">SourceChanged or SourceUnreadable, naming the file inside the folder.</exception>
    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, Length - offset);
        var index = Array.BinarySearch(_offsets, offset);
        if (index < 0)
            index = ~index - 1;
        while (destination.Length > 0 && index < _entries.Count)
        {
            var length = (int)Math.Min(destination.Length, _offsets[index + 1] - offset);
            await ReadEntryAsync(_entries[index], offset - _offsets[index], destination[..length], cancellationToken).ConfigureAwait(false);
            destination = destination[length..];
            offset += length;
            index++;
        }

        destination.Span.Clear();
    }

    internal static RescaleException Unreadable(string path, Exception exception)
        => exception is FileNotFoundException or DirectoryNotFoundException
            ? Path.GetFileName(path).Contains(NoText, StringComparison.Ordinal) ? Nameless(path, "has a name", exception) : Changed(path, "has vanished since the folder was listed", exception)
            : new RescaleException(ErrorIds.SourceUnreadable, ErrorKind.LocalFile,
                $"'{path}' cannot be read: {exception.Message}", "Check your permissions, and whether another program holds the file open.", exception);

    /// <summary>A name of bytes that are no text: neither can the file be opened by what the runtime makes of it, nor would the archive hold that name.</summary>
    internal static RescaleException Nameless(string path, string what, Exception? exception = null)
        => new(ErrorIds.SourceUnreadable, ErrorKind.LocalFile, $"'{path}' {what} that is not UTF-8; it cannot be archived.",
            "Rename it, such as with convmv, or leave it out.", exception);

    private static RescaleException Changed(string path, string what, Exception? exception = null)
        => new(ErrorIds.SourceChanged, ErrorKind.SourceChanged, $"'{path}' {what}; the archive was given up.",
            "Archive the folder when nothing writes to it any more.", exception);

    /// <param name="offset">From the start of the entry's header.</param>
    /// <param name="destination">Lies within the entry.</param>
    private static async ValueTask ReadEntryAsync(TarEntry entry, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        var headerSize = TarHeader.GetSize(entry);
        if (offset < headerSize)
        {
            var header = TarHeader.Build(entry).AsMemory((int)offset);
            var length = Math.Min(header.Length, destination.Length);
            header[..length].CopyTo(destination);
            destination = destination[length..];
            offset += length;
        }

        offset -= headerSize;
        if (destination.Length > 0 && offset < entry.Length)
        {
            var length = (int)Math.Min(destination.Length, entry.Length - offset);
            await ReadFileAsync(entry, offset, destination[..length], cancellationToken).ConfigureAwait(false);
            destination = destination[length..];
        }

        destination.Span.Clear();
    }

    private static async ValueTask ReadFileAsync(TarEntry entry, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        try
        {
            using var handle = File.OpenHandle(entry.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            while (destination.Length > 0)
            {
                var read = await RandomAccess.ReadAsync(handle, destination, offset, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    throw Changed(entry.Path, "has become shorter since the folder was listed");
                destination = destination[read..];
                offset += read;
            }

            // Asked after the read: a change before or during it shows here.
            if (RandomAccess.GetLength(handle) != entry.Length)
                throw Changed(entry.Path, "has changed its length since the folder was listed");
            if (File.GetLastWriteTimeUtc(handle) != entry.ModifiedUtc)
                throw Changed(entry.Path, "was written to since the folder was listed");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(entry.Path, exception);
        }
    }

    private static string MakeStamp(IReadOnlyList<TarEntry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in entries)
        {
            var line = string.Create(CultureInfo.InvariantCulture,
                $"{(char)entry.Kind}\0{entry.Name}\0{entry.Mode}\0{entry.ModifiedUtc.Ticks}\0{entry.Length}\0{entry.LinkTarget}\0");
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
