using System.Text.Json.Serialization;

namespace RescaleInterlink.Platform.Wire;

// The wire's own shapes (interop API 3 to 7). Everything may be missing; the records they become promise more.
// They are classes with setters because generated readers forget the defaults of init-only properties.

/// <summary>An entry of a list that can be recognised when another page repeats it.</summary>
internal interface IListEntry
{
    string? EntryId { get; }
}

internal sealed class PageDto<T>
{
    public string? Next { get; set; }
    public List<T?>? Results { get; set; }
}

internal sealed class UserDto
{
    public string? Email { get; set; }
    public string? FullName { get; set; }
    public CompanyDto? Company { get; set; }
    public WorkspaceDto? Workspace { get; set; }
    public StorageDto? DefaultStorage { get; set; }

    public UserProfile ToRecord() => new(
        Email,
        FullName,
        Company is null ? null : new Company(Company.Code),
        Workspace is null ? null : new Workspace(Workspace.Id, Workspace.Name),
        DefaultStorage?.ToRecord() ?? new StorageDescription(null, null, null, null));
}

internal sealed class CompanyDto
{
    public string? Code { get; set; }
}

internal sealed class WorkspaceDto
{
    public string? Id { get; set; }
    public string? Name { get; set; }
}

internal sealed class RootFoldersDto
{
    public string? MyJobs { get; set; }
    public string? MyLibrary { get; set; }
}

internal sealed class StorageDto
{
    public string? Id { get; set; }
    public string? StorageType { get; set; }
    public string? EncryptionType { get; set; }
    public ConnectionDto? ConnectionSettings { get; set; }

    public StorageDescription ToRecord() => new(Id, StorageType, EncryptionType, ConnectionSettings?.ToRecord());
}

internal sealed class ConnectionDto
{
    public string? Region { get; set; }
    public string? Container { get; set; }
    public string? PathBase { get; set; }
    public string? PathPartsBase { get; set; }
    public string? StorageAccount { get; set; }
    public string? AccountName { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EndpointUrl { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? RateLimitScale { get; set; }

    /// <summary>What the platform is known to accept at registration: all six, all empty.</summary>
    public static ConnectionDto Blank() => new() { Region = "", Container = "", PathBase = "", PathPartsBase = "", StorageAccount = "", AccountName = "" };

    public StorageConnection ToRecord() => new(Region, Container, PathBase, PathPartsBase, StorageAccount, AccountName, EndpointUrl, RateLimitScale);
}

internal sealed class PathPartsDto
{
    public string? Container { get; set; }
    public string? Path { get; set; }

    public PathParts ToRecord() => new(Container, Path);
    public static PathPartsDto From(PathParts parts) => new() { Container = parts.Container, Path = parts.Path };
}

internal sealed class CredentialsDto
{
    public string? StorageType { get; set; }
    public string? AccessKey { get; set; }
    public string? SecretKey { get; set; }
    public string? SessionToken { get; set; }
    public string? SasToken { get; set; }
    public DateTimeOffset? Expiration { get; set; }
    public List<PathCredentialsDto?>? Paths { get; set; }
}

internal sealed class PathCredentialsDto
{
    public string? Path { get; set; }
    public PathPartsDto? PathParts { get; set; }
    public string? SasToken { get; set; }
}

internal sealed class CredentialsRequestDto
{
    public required StorageReferenceDto Storage { get; set; }
    public required List<PathReferenceDto> Paths { get; set; }
}

internal sealed class StorageReferenceDto
{
    public string? Id { get; set; }
    public string? StorageType { get; set; }
}

internal sealed class PathReferenceDto
{
    public required PathPartsDto PathParts { get; set; }
}

internal sealed class ChecksumDto
{
    public string? HashFunction { get; set; }
    public string? FileHash { get; set; }
}

internal sealed class FileDto : IListEntry
{
    public string? Id { get; set; }
    public string? Name { get; set; }
    public long? TypeId { get; set; }
    public bool? IsUploaded { get; set; }
    public bool? IsDeleted { get; set; }
    public string? Owner { get; set; }
    public string? Path { get; set; }
    public string? RelativePath { get; set; }
    public string? EncodedEncryptionKey { get; set; }
    public string? Iv { get; set; }
    public PathPartsDto? PathParts { get; set; }
    public StorageDto? Storage { get; set; }
    public long? DecryptedSize { get; set; }
    public DateTimeOffset? DateUploaded { get; set; }
    public DateTimeOffset? DateInserted { get; set; }
    public DateTimeOffset? DateCreated { get; set; }
    public List<ChecksumDto?>? FileChecksums { get; set; }
    public string? CurrentFolderId { get; set; }
    public List<string?>? UserTags { get; set; }
    string? IListEntry.EntryId => Id;

    /// <returns>Null for an entry without an id: nothing can be done with it.</returns>
    public PlatformFile? ToRecord() => string.IsNullOrEmpty(Id)
        ? null
        : new PlatformFile
        {
            Id = Id,
            Name = Name ?? "",
            TypeId = TypeId is >= int.MinValue and <= int.MaxValue ? (int)TypeId : 0,
            IsUploaded = IsUploaded ?? false,
            IsPending = IsUploaded == false,
            IsDeleted = IsDeleted ?? false,
            Owner = Owner,
            Path = Path,
            RelativePath = RelativePath,
            EncodedEncryptionKey = EncodedEncryptionKey,
            Iv = Iv,
            PathParts = PathParts?.ToRecord(),
            Storage = Storage?.ToRecord(),
            DecryptedSize = DecryptedSize,
            DateUploaded = DateUploaded ?? DateInserted ?? DateCreated,
            FileChecksums = FileChecksums is null
                ? []
                : [.. FileChecksums.Where(static c => c is { HashFunction: not null, FileHash: not null }).Select(static c => new FileChecksum(c!.HashFunction!, c.FileHash!))],
            FolderId = string.IsNullOrEmpty(CurrentFolderId) ? null : CurrentFolderId,
            Tags = UserTags is null ? [] : [.. UserTags.Where(static tag => !string.IsNullOrEmpty(tag)).Select(static tag => tag!)],
        };
}

internal sealed class FolderEntryDto : IListEntry
{
    public string? Type { get; set; }
    public FileDto? Item { get; set; }
    string? IListEntry.EntryId => Item?.Id is { } id ? $"{Type} {id}" : null;
}

internal sealed class RegistrationDto
{
    public int TypeId { get; set; } = 1;
    public required string Name { get; set; }
    public required string CurrentFolderId { get; set; }
    public required string EncodedEncryptionKey { get; set; }
    public required PathPartsDto PathParts { get; set; }
    public required StorageDto Storage { get; set; }
    public bool IsUploaded { get; set; } = true;
    public required long DecryptedSize { get; set; }
    public required List<ChecksumDto> FileChecksums { get; set; }
}

internal sealed class JobStatusDto
{
    public string? Content { get; set; }
    public string? StatusReason { get; set; }
}

internal sealed class JobDto : IListEntry
{
    public string? Id { get; set; }
    public string? Name { get; set; }
    public JobStatusDto? JobStatus { get; set; }
    public DateTimeOffset? DateInserted { get; set; }
    public string? Owner { get; set; }

    [JsonPropertyName("jobanalyses")]
    [JsonConverter(typeof(JobMarkConverter))]
    public string? Mark { get; set; }
    string? IListEntry.EntryId => Id;

    public PlatformJob? ToRecord() => string.IsNullOrEmpty(Id)
        ? null
        : new PlatformJob
        {
            Id = Id,
            Name = Name,
            JobStatus = JobStatus is null ? null : new JobStatus(JobStatus.Content, JobStatus.StatusReason),
            DateInserted = DateInserted,
            Owner = Owner,
            Mark = Mark,
        };
}

internal sealed class JobStatusEntryDto
{
    public string? Status { get; set; }
    public DateTimeOffset? StatusDate { get; set; }
    public string? StatusReason { get; set; }
}

internal sealed class NameDto
{
    public required string Name { get; set; }
}

internal sealed class MoveDto
{
    public required string CurrentFolderId { get; set; }
}

/// <summary>Both lists always there, empty rather than null (interop API 5, D4).</summary>
internal sealed class ArchiveDto
{
    public required IReadOnlyList<string> FileIds { get; set; }
    public required IReadOnlyList<string> FolderIds { get; set; }
}

/// <summary>Both lists always there; note the platform's mixed naming (interop API 5, D6 and D7).</summary>
internal sealed class TrashChoiceDto
{
    [JsonPropertyName("filesymlink_ids")]
    public required IReadOnlyList<string> FileSymlinkIds { get; set; }
    public required IReadOnlyList<string> FolderIds { get; set; }
}

internal sealed class ProjectDto
{
    public required string ProjectId { get; set; }
}
