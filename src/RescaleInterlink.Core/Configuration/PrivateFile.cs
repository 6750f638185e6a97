using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using IOPath = System.IO.Path;

namespace RescaleInterlink.Configuration;

/// <summary>Files that are replaced as a whole, and those that only their owner may read: 0600, on Windows a protected access list.</summary>
internal static class PrivateFile
{
    public const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const int MoveTries = 10;
    private static readonly TimeSpan BetweenMoves = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads a small file without being in the way of whoever replaces it.</summary>
    /// <param name="mostBytes">A longer one is an <see cref="InvalidDataException"/>.</param>
    public static byte[] Read(string path, int mostBytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        // Pipes and devices have no length, and might never end.
        var bytes = new byte[mostBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length <= mostBytes ? bytes[..length] : throw new InvalidDataException($"it is longer than {mostBytes} bytes");
    }

    /// <summary>Written beside it, flushed to the disk and renamed: whoever reads sees the old content or the new, whole.</summary>
    /// <param name="secret">It is readable by its owner only from its first moment; else it keeps the mode of the file it replaces.</param>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, bool secret, CancellationToken cancellationToken)
    {
        // A link, as in a folder of dot files, stays one.
        var target = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var temporary = IOPath.Combine(IOPath.GetDirectoryName(target)!, $".{IOPath.GetFileName(target)}.{Guid.NewGuid():n}.tmp");
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

    /// <summary>Deletes what writers of it that were killed have left. Only when nobody can be writing it, or nobody is to.</summary>
    public static void DeleteLeftovers(string path)
    {
        var folder = IOPath.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
            return;
        foreach (var left in Directory.EnumerateFiles(folder, $".{IOPath.GetFileName(path)}.*.tmp"))
            File.Delete(left);
    }

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
