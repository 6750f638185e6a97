using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>The user of a connection, and where their files go.</summary>
public sealed class UserItem : IShellObject
{
    internal UserItem(UserProfile user, RootFolders folders, Uri apiUrl)
    {
        (Email, FullName, ApiUrl) = (user.Email, user.FullName, apiUrl);
        (Company, WorkspaceId, Workspace) = (user.Company?.Code, user.Workspace?.Id, user.Workspace?.Name);
        (LibraryFolderId, JobsFolderId) = (folders.MyLibrary, folders.MyJobs);
        StorageDescription storage = user.DefaultStorage;
        (StorageId, StorageType, EncryptionType) = (storage.Id, storage.StorageType, storage.EncryptionType);
        (StorageRegion, StorageContainer) = (storage.ConnectionSettings?.Region, storage.ConnectionSettings?.Container);
    }

    static string IShellObject.TypeName => "RescaleInterlink.User";

    public string? Email { get; }

    public string? FullName { get; }

    public string? Company { get; }

    public string? WorkspaceId { get; }

    public string? Workspace { get; }

    public Uri ApiUrl { get; }

    /// <summary>Id of My Library.</summary>
    public string LibraryFolderId { get; }

    /// <summary>Id of My Jobs.</summary>
    public string JobsFolderId { get; }

    public string? StorageId { get; }

    public string? StorageType { get; }

    public string? StorageRegion { get; }

    /// <summary>Bucket, or container of blobs.</summary>
    public string? StorageContainer { get; }

    public string? EncryptionType { get; }

    public override string ToString() => $"{Email}";
}
