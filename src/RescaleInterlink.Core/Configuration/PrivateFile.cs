using System.Buffers;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using RescaleInterlink.Transfers.LocalFiles;
using IOPath = System.IO.Path;

namespace RescaleInterlink.Configuration;

/// <summary>Files that are replaced as a whole, and those that only their owner may read: 0600, on Windows a protected access list.</summary>
internal static class PrivateFile
{
    public const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const string Temporary = ".tmp";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private const int MoveTries = 10;
    private static readonly TimeSpan BetweenMoves = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads a small file without being in the way of whoever replaces it.</summary>
    /// <exception cref="IOException">It is a pipe, a device or a socket.</exception>
    /// <param name="mostBytes">A longer one is an <see cref="InvalidDataException"/>.</param>
    public static byte[] Read(string path, int mostBytes)
    {
        // Opening a pipe waits for somebody to write to it, and a device may never end. Neither has a length.
        var target = TargetOf(path);
        if (File.Exists(target) && new FileInfo(target).Length == 0 && !UnixFileSystem.IsRegularFile(target))
            throw new IOException("it is not a regular file");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        // What the system makes up as it is read has no length.
        var bytes = new byte[mostBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length <= mostBytes ? bytes[..length] : throw new InvalidDataException($"it is longer than {mostBytes} bytes");
    }

    /// <summary>Written beside it, flushed to the disk and renamed: whoever reads sees the old content or the new, whole.</summary>
    /// <param name="secret">It is readable by its owner only from its first moment; else it keeps the mode of the file it replaces.</param>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool secret, CancellationToken cancellationToken)
    {
        var target = TargetOf(path);
        var temporary = IOPath.Combine(IOPath.GetDirectoryName(target)!, $".{IOPath.GetFileName(target)}.{Guid.NewGuid():n}{Temporary}");
        try
        {
            await using (var file = Create(temporary, secret, target))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true);
            }

            await MoveAsync(temporary, target, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Where its content lies: a link, as in a folder of dot files, stays one.</summary>
    public static string TargetOf(string path)
        => new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    /// <summary>Deletes what writers of it that were killed have left. Only when nobody can be writing it, or nobody is to.</summary>
    public static void DeleteLeftovers(string path)
    {
        foreach (var left in Leftovers(path))
            File.Delete(left);
    }

    /// <summary>What writers of it have left, or are writing now.</summary>
    public static IReadOnlyList<string> Leftovers(string path)
    {
        var target = TargetOf(path);
        var (folder, prefix) = (IOPath.GetDirectoryName(target)!, $".{IOPath.GetFileName(target)}.");
        return !Directory.Exists(folder) ? [] : [.. Directory.EnumerateFiles(folder).Where(file => IsLeftover(IOPath.GetFileName(file), prefix))];
    }

    private static bool IsLeftover(string name, string prefix)
        => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(Temporary, StringComparison.Ordinal) && name.Length > prefix.Length + Temporary.Length
            && name.AsSpan(prefix.Length, name.Length - prefix.Length - Temporary.Length).IndexOfAnyExcept(HexDigits) < 0;

    /// <summary>Whether anyone but the owner (on Windows: and the administrators) may read or change it.</summary>
    public static bool IsOpenToOthers(string path)
        => OperatingSystem.IsWindows() ? IsOpenOnWindows(path) : (File.GetUnixFileMode(path) & Others) != 0;

    private static FileStream Create(string path, bool secret, string replaced)
    {
        if (OperatingSystem.IsWindows())
            return secret ? CreateOnWindows(path) : new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (secret)
            options.UnixCreateMode = OwnerFile;
        var file = new FileStream(path, options);
        if (!secret && File.Exists(replaced))
            File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(replaced));
        return file;
    }

    /// <summary>On Windows a virus scanner, or another reader, refuses a replacement for a moment.</summary>
    private static async Task MoveAsync(string temporary, string path, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(temporary, path, overwrite: true);
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && attempt < MoveTries && e is IOException or UnauthorizedAccessException)
            {
                await Task.Delay(BetweenMoves, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The Go tool's list: D:P(A;;FA;;;owner)(A;;FA;;;BA)(A;;FA;;;SY) (interop files 1.1).</summary>
    [SupportedOSPlatform("windows")]
    private static FileStream CreateOnWindows(string path)
    {
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        foreach (var trusted in Trusted())
            security.AddAccessRule(new FileSystemAccessRule(trusted, FileSystemRights.FullControl, AccessControlType.Allow));
        return new FileInfo(path).Create(FileMode.CreateNew, FileSystemRights.WriteData | FileSystemRights.Synchronize, FileShare.None, 4096, FileOptions.None, security);
    }

    [SupportedOSPlatform("windows")]
    private static bool IsOpenOnWindows(string path)
    {
        var trusted = Trusted();
        return new FileInfo(path).GetAccessControl().GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier))
            .Cast<FileSystemAccessRule>()
            .Any(rule => rule.AccessControlType == AccessControlType.Allow
                && (rule.FileSystemRights & (FileSystemRights.ReadData | FileSystemRights.WriteData)) != 0
                && !trusted.Contains((SecurityIdentifier)rule.IdentityReference));
    }

    [SupportedOSPlatform("windows")]
    private static SecurityIdentifier[] Trusted()
    {
        using var user = WindowsIdentity.GetCurrent();
        return
        [
            user.User ?? throw new InvalidOperationException("The process runs as nobody."),
            new SecurityIdentifier(WellKnownSidType.BuiltinAdministratorsSid, null),
            new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null),
        ];
    }
}
