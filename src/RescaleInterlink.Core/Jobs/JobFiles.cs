using System.Text;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Jobs;

/// <summary>Files that describe jobs, as text: read as UTF-8 with or without byte order mark, or as UTF-16 or UTF-32 with one; written as
/// UTF-8 without.</summary>
public static class JobFiles
{
    /// <summary>Far more than any number of jobs takes. What is larger is another file than was meant, and need not fill the memory.</summary>
    private const int MostBytes = 64 << 20;

    /// <exception cref="RescaleException">SourceNotFound; SourceIsDirectory; SourceUnreadable, also for what is no text: its bytes would be replaced without
    /// a word, and the platform would look for a file of another name.</exception>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            RequireSmallFile(path);
            return Decode(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, exception);
        }
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static string Read(string path)
    {
        try
        {
            RequireSmallFile(path);
            return Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, exception);
        }
    }

    /// <summary>The file is there whole or as it was before.</summary>
    /// <exception cref="RescaleException">DestinationExists, DestinationUnwritable.</exception>
    public static async Task WriteAsync(string path, string text, bool overwrite, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path) || (!overwrite && File.Exists(path)))
            throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"'{path}' exists already.",
                Directory.Exists(path) ? "Give the path of a file." : "Give another path, or use -Force.");
        try
        {
            await PrivateFile.WriteAsync(path, new UTF8Encoding(false).GetBytes(text), secret: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new RescaleException(ErrorIds.DestinationUnwritable, ErrorKind.LocalFile, $"'{path}' cannot be written: {failure.Message}", "Check the folder and your permissions there.", failure);
        }
    }

    private static void RequireSmallFile(string path)
    {
        if (Directory.Exists(path))
            throw new RescaleException(ErrorIds.SourceIsDirectory, ErrorKind.InvalidInput, $"'{path}' is a folder, not a file.", "Name the files in it.");
        var target = new FileInfo(PrivateFile.TargetOf(path));
        if (!target.Exists)
            return;
        // Opening a pipe waits for somebody to write to it, and a device may never end. Neither has a length.
        if (target.Length == 0 && !UnixFileSystem.IsRegularFile(target.FullName))
            throw new IOException("it is not a regular file");
        if (target.Length > MostBytes)
            throw new IOException($"it is larger than {MostBytes >> 20} MiB, which no description of jobs is");
    }

    private static string Decode(ReadOnlySpan<byte> bytes, string path)
    {
        Encoding encoding = bytes switch
        {
            [0xFF, 0xFE, 0, 0, ..] => new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true),
            [0xFF, 0xFE, ..] => new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
            [0xFE, 0xFF, ..] => new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
            _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
        };
        if (bytes.StartsWith(encoding.Preamble))
            bytes = bytes[encoding.Preamble.Length..];
        try
        {
            var text = encoding.GetString(bytes);
            // As of UTF-16 without a byte order mark.
            return text.Contains('\0', StringComparison.Ordinal) ? throw NoText(path, "it holds a NUL character") : text;
        }
        catch (DecoderFallbackException wrong) when (encoding is UTF8Encoding && wrong.Index >= 0 && wrong.Index < bytes.Length)
        {
            throw NoText(path, FormattableString.Invariant($"in line {bytes[..wrong.Index].Count((byte)'\n') + 1} the byte 0x{bytes[wrong.Index]:X2} is no part of UTF-8"));
        }
        catch (DecoderFallbackException)
        {
            throw NoText(path, "it is not in the encoding that its byte order mark tells");
        }
    }

    private static RescaleException NoText(string path, string why) => new(
        ErrorIds.SourceUnreadable, ErrorKind.InvalidInput, $"'{path}' cannot be read as text: {why}.", "Save it as UTF-8.");

    private static RescaleException Failure(string path, Exception exception) => exception is FileNotFoundException or DirectoryNotFoundException
        ? new(ErrorIds.SourceNotFound, ErrorKind.NotFound, $"'{path}' does not exist.", "Check the path.", exception)
        : new(ErrorIds.SourceUnreadable, ErrorKind.LocalFile, $"'{path}' cannot be read: {exception.Message}", "Check the path, and the permissions of the file.", exception);
}
