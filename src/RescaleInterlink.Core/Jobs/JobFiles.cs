using System.Text;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Jobs;

/// <summary>Files that describe jobs, as text: UTF-8, read with or without byte order mark and written without.</summary>
public static class JobFiles
{
    /// <exception cref="RescaleException">SourceNotFound, SourceIsDirectory, SourceUnreadable.</exception>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
            throw new RescaleException(ErrorIds.SourceIsDirectory, ErrorKind.InvalidInput, $"'{path}' is a folder, not a file.", "Name the files in it.");
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RescaleException(ErrorIds.SourceNotFound, ErrorKind.NotFound, $"'{path}' does not exist.", "Check the path.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RescaleException(ErrorIds.SourceUnreadable, ErrorKind.LocalFile, $"'{path}' cannot be read: {exception.Message}", "Check the permissions of the file.", exception);
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
}
