using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Library;

/// <summary>The user's files on the platform: upload and register, resolve and download.</summary>
public sealed class FileLibrary
{
    internal FileLibrary(RescaleClient client, Networking.NetworkOptions network, TimeProvider time) => throw new NotImplementedException();

    /// <param name="name">Name to register; also the stem of the object key.</param>
    /// <param name="folderId">Null for the user's library.</param>
    public Task<UploadedFile> UploadAsync(TransferEngine engine, IByteSource source, string name, string? folderId, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <param name="file">A record that holds key, path and storage needs no further call.</param>
    /// <param name="destination">Full path of the file to make.</param>
    public Task<DownloadResult> DownloadAsync(TransferEngine engine, PlatformFile file, string destination, bool overwrite, CancellationToken cancellationToken) => throw new NotImplementedException();
}

public sealed record UploadedFile(string Id, string Name, long Length, string Sha512, string FolderId, string ObjectKey, int Parts);

/// <summary>Names that come from a server and become local paths (interop files 10).</summary>
public static class SafeFileName
{
    /// <summary>The name itself when it is safe on this system.</summary>
    /// <exception cref="Errors.RescaleException">UnsafeFileName.</exception>
    public static string Require(string? name) => throw new NotImplementedException();

    /// <summary>A path for <paramref name="relativePath"/> that lies inside <paramref name="root"/>, else for <paramref name="name"/> alone.</summary>
    public static string Resolve(string root, string? relativePath, string name) => throw new NotImplementedException();
}
