using RescaleInterlink.Archiving;
using RescaleInterlink.Platform;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Library;

/// <summary>Names for transfers that can be continued: two commands that want the same have the same name.</summary>
internal sealed class ResumeIdentities(CheckpointFolder folder, Uri platform)
{
    public const string File = "file";
    public const string Archive = "archive";

    private const char Separator = '\n';

    /// <returns>Null for a source that no other process could open again.</returns>
    /// <remarks>Users may share a bucket, and one cannot reach what another has sent: the same file of theirs is not the same transfer.</remarks>
    public ResumeIdentity? ForUpload(IByteSource source, string name, string folderId, UserProfile user, IReadOnlyList<string> tags)
    {
        var kind = source switch { LocalFileSource => File, TarSource or GzipSource => Archive, _ => null };
        if (kind is null) return null;
        var (storage, container) = (user.DefaultStorage.Id, user.DefaultStorage.ConnectionSettings?.Container);
        return new ResumeIdentity(
            folder,
            Path.GetFullPath(source.DisplayName),
            Join(platform.AbsoluteUri, container, storage, user.Email, folderId, name, kind),
            new TransferDescription(platform.AbsoluteUri, name, null, folderId, kind)
            {
                Account = user.Email,
                StorageId = storage,
                Container = container,
                Tags = tags.Count > 0 ? tags : null,
            });
    }

    public ResumeIdentity ForDownload(PlatformFile file, string key, string destination) => new(
        folder, Path.GetFullPath(destination), Join(platform.AbsoluteUri, file.PathParts?.Container, key),
        new TransferDescription(platform.AbsoluteUri, file.Name, file.Id, null));

    // No part can hold a line break; a slash in one of them must not shift the others.
    private static string Join(params string?[] parts) => string.Join(Separator, parts);
}
