using System.Text;
using RescaleInterlink.Errors;
using IOPath = System.IO.Path;

namespace RescaleInterlink.Configuration;

/// <summary>The file with the API key: the key and a line feed, readable by its owner only (interop files 1.1).</summary>
public static class TokenFile
{
    private const int MostBytes = 64 << 10;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="RescaleException">TokenFileNotFound, TokenFileInvalid, TokenFileUnreadable.</exception>
    public static FoundKey Read(string path)
    {
        try
        {
            return new FoundKey($"the token file '{path}'", Parse(PrivateFile.Read(path, MostBytes), path))
            {
                Warning = PrivateFile.IsOpenToOthers(path)
                    ? $"Others on this machine can read the API key in '{path}'. Save-RescaleCredential writes it anew for you alone; whoever may have read it makes a new key necessary."
                    : null,
            };
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RescaleException(
                ErrorIds.TokenFileNotFound, ErrorKind.NotFound, $"There is no token file '{path}'.", "Check the path, or write one with Save-RescaleCredential.", absent);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or DecoderFallbackException)
        {
            throw Invalid(path, "is not the text of a key");
        }
        catch (Exception failure) when (ConfigurationErrors.IsFileFailure(failure))
        {
            throw new RescaleException(
                ErrorIds.TokenFileUnreadable, ErrorKind.LocalFile, $"The token file '{path}' cannot be read: {failure.Message}", "Check your permissions there.", failure);
        }
    }

    /// <summary>Writes it whole and for its owner only, whatever was there. A folder that is missing is made for its owner only.</summary>
    /// <exception cref="RescaleException">TokenFileInvalid: no key; TokenFileUnwritable.</exception>
    public static async Task WriteAsync(string path, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var trimmed = key.Trim();
        if (!IsKey(trimmed))
        {
            throw new RescaleException(
                ErrorIds.TokenFileInvalid, ErrorKind.InvalidInput, "What was given is not an API key: it is empty, or holds white space, control or non-ASCII characters.",
                "Give the key as the platform shows it.");
        }

        try
        {
            StateFolder.Create(IOPath.GetDirectoryName(path)!);
            await PrivateFile.WriteAsync(path, Strict.GetBytes(trimmed + "\n"), secret: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (ConfigurationErrors.IsFileFailure(failure))
        {
            throw Unwritable(path, "written", failure);
        }
    }

    /// <summary>As <see cref="WriteAsync(string, string, CancellationToken)"/> to the default place, whose folder is made its owner's only too.</summary>
    /// <exception cref="RescaleException">TokenFileInvalid: no key; TokenFileUnwritable.</exception>
    public static async Task WriteAsync(ConfigurationPlaces places, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(places);
        await WriteAsync(places.TokenFile, key, cancellationToken).ConfigureAwait(false);
        if (OperatingSystem.IsWindows() || File.GetUnixFileMode(places.Folder) == PrivateFile.OwnerFolder)
            return;
        try
        {
            File.SetUnixFileMode(places.Folder, PrivateFile.OwnerFolder);
        }
        catch (Exception failure) when (ConfigurationErrors.IsFileFailure(failure))
        {
            throw Unwritable(places.Folder, "closed to others", failure);
        }
    }

    /// <summary>Whether there is anything to delete: the file, a link to nowhere in its place, or what a killed writer of it has left.</summary>
    /// <exception cref="RescaleException">TokenFileUnwritable: its folder cannot be looked into.</exception>
    public static bool Exists(string path)
    {
        try
        {
            return File.Exists(path) || new FileInfo(path).LinkTarget is not null || PrivateFile.Leftovers(path).Count > 0;
        }
        catch (Exception failure) when (ConfigurationErrors.IsFileFailure(failure))
        {
            throw Unwritable(path, "looked for", failure);
        }
    }

    /// <summary>Deletes it, the file it is a link to, and what a killed writer of it may have left, which holds a key too.</summary>
    /// <returns>False when there was none.</returns>
    /// <exception cref="RescaleException">TokenFileUnwritable.</exception>
    public static bool Delete(string path)
    {
        try
        {
            var existed = IOPath.Exists(path);
            PrivateFile.DeleteLeftovers(path);
            var target = PrivateFile.TargetOf(path);
            if (File.Exists(target))
                File.Delete(target);
            File.Delete(path);
            return existed;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception failure) when (ConfigurationErrors.IsFileFailure(failure))
        {
            throw Unwritable(path, "deleted", failure);
        }
    }

    /// <summary>Nothing but what a header can carry.</summary>
    internal static bool IsKey(string text) => text.Length > 0 && text.All(static c => c is > ' ' and < (char)127);

    private static string Parse(byte[] bytes, string path)
    {
        var text = Strict.GetString(bytes);
        var key = (text.StartsWith('\uFEFF') ? text[1..] : text).Trim();
        if (key.Length == 0)
            throw Invalid(path, "is empty");
        if (key.Contains('\n', StringComparison.Ordinal) || key.Contains('\r', StringComparison.Ordinal))
            throw Invalid(path, "has several lines");
        return IsKey(key) ? key : throw Invalid(path, "is not the text of a key");
    }

    private static RescaleException Invalid(string path, string how) => new(
        ErrorIds.TokenFileInvalid, ErrorKind.InvalidInput, $"The token file '{path}' {how}.", "It must hold the API key alone; write it anew with Save-RescaleCredential.");

    private static RescaleException Unwritable(string path, string what, Exception failure) => new(
        ErrorIds.TokenFileUnwritable, ErrorKind.LocalFile, $"'{path}' cannot be {what}: {failure.Message}", "Check the folder and your permissions there.", failure);
}
