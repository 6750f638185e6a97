using System.Text.Json.Serialization;

namespace RescaleInterlink.Platform;

// Shapes of interop/rescale-api.md; every list defaults to empty, every id is a string.

public sealed record UserProfile(string? Email, string? FullName, Company? Company, Workspace? Workspace, StorageDescription DefaultStorage);
public sealed record Company(string? Code);
public sealed record Workspace(string? Id, string? Name);
public sealed record RootFolders(string MyJobs, string MyLibrary);

public sealed record StorageDescription(string? Id, string? StorageType, string? EncryptionType, StorageConnection? ConnectionSettings);
/// <param name="EndpointUrl">A sandbox's own extension; honoured for a loopback platform only.</param>
/// <param name="RateLimitScale">Likewise: its rate limits are on, and their rates multiplied by this.</param>
public sealed record StorageConnection(string? Region, string? Container, string? PathBase, string? PathPartsBase, string? StorageAccount, string? AccountName, string? EndpointUrl = null, double? RateLimitScale = null);

/// <summary>Where one object lies.</summary>
public sealed record PathParts(string? Container, string? Path);
public sealed record StorageLocation(StorageDescription Storage, PathParts PathParts);

/// <summary>Temporary credentials. <see cref="ToString"/> never shows them.</summary>
public sealed record StorageCredentials(string StorageType, string? AccessKey, string? SecretKey, string? SessionToken, string? SasToken, DateTimeOffset? Expiration)
{
    /// <summary>Azure: tokens that are good for one path each, by path.</summary>
    public IReadOnlyDictionary<string, string> PathSasTokens { get; init; } = new Dictionary<string, string>();

    public override string ToString() => $"StorageCredentials {{ StorageType = {StorageType} }}";
}

public sealed record FileChecksum(string HashFunction, string FileHash);

/// <summary>A stored file: a library file or a job's output. Holds all that a download needs.</summary>
public sealed record PlatformFile
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public int TypeId { get; init; }
    public bool IsUploaded { get; init; }
    /// <summary>The platform says that its content is not in storage yet; of many files it says nothing.</summary>
    public bool IsPending { get; init; }
    public bool IsDeleted { get; init; }
    public string? Owner { get; init; }
    public string? Path { get; init; }
    /// <summary>Path beneath the job's work folder; outputs only.</summary>
    public string? RelativePath { get; init; }
    /// <summary>Base64 of 32 bytes. A secret.</summary>
    public string? EncodedEncryptionKey { get; init; }
    public string? Iv { get; init; }
    public PathParts? PathParts { get; init; }
    public StorageDescription? Storage { get; init; }
    /// <summary>Length of the plaintext in bytes; the server sends a number or a numeric string.</summary>
    public long? DecryptedSize { get; init; }
    public DateTimeOffset? DateUploaded { get; init; }
    public IReadOnlyList<FileChecksum> FileChecksums { get; init; } = [];
    /// <summary>The folder it lies in, where the platform says so; null does not mean that there is none.</summary>
    public string? FolderId { get; init; }
    /// <summary>The user's tags, as the record has them (interop API 4.2).</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
    public override string ToString() => $"{Name} ({Id})";
}

/// <param name="Type"><c>file</c>, <c>folder</c>, or in the Trash <c>filesymlink</c>, whose id is the link's and not the file's.</param>
public sealed record FolderEntry(string Type, PlatformFile Item)
{
    public bool IsFolder => Type == "folder";
}

public sealed record FileRegistration(string Name, string FolderId, string EncodedEncryptionKey, PathParts PathParts, StorageDescription Storage, long DecryptedSize, string Sha512)
{
    public override string ToString() => $"FileRegistration {{ Name = {Name} }}";
}

public sealed record JobStatus(string? Content, string? StatusReason);
public sealed record PlatformJob
{
    public required string Id { get; init; }
    public string? Name { get; init; }
    public JobStatus? JobStatus { get; init; }
    public DateTimeOffset? DateInserted { get; init; }
    public string? Owner { get; init; }

    /// <summary>By what its creator knows the job, in its environment: empty without one, null where the platform does not show the environment.</summary>
    public string? Mark { get; init; }

    /// <summary>The variable of a job's environment that holds the mark.</summary>
    public const string MarkVariable = "RESCALE_INTERLINK_MARK";
}
public sealed record JobStatusEntry(string Status, DateTimeOffset? StatusDate, string? StatusReason);

/// <summary>The body of job creation (interop API 6.1). Serialised as is.</summary>
public sealed record JobRequest
{
    public required string Name { get; init; }
    public required IReadOnlyList<JobAnalysis> Jobanalyses { get; init; }
    public bool IsLowPriority { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Tags { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClusterId { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JobAutomation>? JobAutomations { get; init; }
}
/// <param name="EnvironmentVariables">Always sent, be it empty: without it the platform answers with status 500 (interop API 6.1).</param>
public sealed record JobAutomation(AutomationReference Automation, IReadOnlyDictionary<string, string> EnvironmentVariables);
public sealed record AutomationReference(string Id);
public sealed record JobAnalysis
{
    public required string Command { get; init; }
    public required AnalysisReference Analysis { get; init; }
    public required Hardware Hardware { get; init; }
    public IReadOnlyList<JobInputFile> InputFiles { get; init; } = [];
    public IReadOnlyDictionary<string, string> EnvVars { get; init; } = new Dictionary<string, string>();
    public bool UseRescaleLicense { get; init; }
    public string? OnDemandLicenseSeller { get; init; }
    public string? UserDefinedLicenseSettings { get; init; }
}
public sealed record AnalysisReference(string Code, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Version);
/// <param name="Walltime">Whole hours, at least 1.</param>
public sealed record Hardware(CoreTypeReference CoreType, int CoresPerSlot, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Slots, int Walltime);
public sealed record CoreTypeReference(string Code);
public sealed record JobInputFile(string Id, bool Decompress);

/// <summary>What a job can run on.</summary>
/// <param name="Cores">Numbers of cores that a slot can have.</param>
public sealed record CoreType(string Code, string? Name, bool IsActive, IReadOnlyList<int> Cores)
{
    public long? DisplayOrder { get; init; }

    /// <summary>As the platform gives it, in its v2 listing only; its unit is not documented (interop API 7.1).</summary>
    public decimal? Price { get; init; }
    public decimal? LowPriorityPrice { get; init; }
    public bool? WalltimeRequired { get; init; }
}

/// <summary>Software, which the API calls an analysis.</summary>
public sealed record Analysis(string Code, string? Name, IReadOnlyList<AnalysisVersion> Versions)
{
    public string? Description { get; init; }
    public string? VendorName { get; init; }
    public long? DisplayOrder { get; init; }
}

/// <param name="Version">What people read.</param>
/// <param name="VersionCode">What a job must name (interop API 6.1).</param>
public sealed record AnalysisVersion(string? Id, string? Version, string? VersionCode)
{
    /// <summary>Codes; empty when the platform names none.</summary>
    public IReadOnlyList<string> AllowedCoreTypes { get; init; } = [];
}

/// <summary>A script of the workspace that runs before or after a job's command.</summary>
public sealed record Automation
{
    public required string Id { get; init; }
    public string? Name { get; init; }

    /// <summary><c>pre</c> or <c>post</c>.</summary>
    public string? ExecuteOn { get; init; }
    public string? ScriptName { get; init; }
    public long? ExecutionFrequency { get; init; }
    public IReadOnlyList<AutomationVariable> EnvironmentVariables { get; init; } = [];
    public string? Description { get; init; }
    public string? OsFamily { get; init; }

    /// <summary>Codes of the software it is meant for.</summary>
    public IReadOnlyList<string> AnalysisDependencies { get; init; } = [];
    public string? Command { get; init; }
}
public sealed record AutomationVariable(string Name, string? DefaultValue);

/// <summary>A tag of a file or a job.</summary>
/// <param name="NormalizedName">What the platform takes for the same tag.</param>
public sealed record Tag(string Name, string? NormalizedName);

public sealed record JobRun(string Id, DateTimeOffset? DateStarted, DateTimeOffset? DateCompleted)
{
    public bool IsActive => DateStarted is not null && DateCompleted is null;
}

/// <summary>A file in the work folder of a run.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="RelativePath">Beneath the work folder.</param>
public sealed record LiveFile(string? Id, string Name, long? Size, string? RelativePath);

/// <summary>Bytes of a file that a run may still write to.</summary>
/// <param name="Total">How many the file has, when the platform tells.</param>
public sealed record LivePiece(ReadOnlyMemory<byte> Bytes, long? Total);

/// <summary>The custom fields that a workspace gives its jobs (interop API 8.1).</summary>
public sealed record WorkspaceFields(bool IsEnabled, IReadOnlyList<WorkspaceField> Fields);

/// <param name="JobType">Such as <c>compute</c>.</param>
/// <param name="ValueType">Known are text, select, number, date, file, user.</param>
/// <param name="Options">Of a select.</param>
public sealed record WorkspaceField(string Name, string JobType, string Section, string? ValueType, IReadOnlyList<string> Options, bool IsRequired, bool IsMultiple, bool AllowsOther);
