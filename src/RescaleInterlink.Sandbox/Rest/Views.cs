using System.Globalization;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Records as the platform writes them.</summary>
internal sealed class Views(Account account, Store store)
{
    public static string Date(DateTimeOffset date) => date.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    public static JsonNode? DateOrNull(DateTimeOffset? date) => date is { } value ? Date(value) : null;

    public JsonObject File(FileRecord file) => new()
    {
        ["id"] = file.Id,
        ["name"] = file.Name,
        ["typeId"] = file.TypeId,
        ["owner"] = Account.Email,
        ["dateUploaded"] = Date(file.DateUploaded),
        ["isUploaded"] = true,
        ["isDeleted"] = IsInTrash(file),
        ["currentFolderId"] = file.FolderId,
        ["decryptedSize"] = file.DecryptedSize,
        ["relativePath"] = file.RelativePath,
        ["path"] = file.Path,
        ["encodedEncryptionKey"] = file.EncodedEncryptionKey,
        ["pathParts"] = new JsonObject { ["container"] = file.Container, ["path"] = file.Path },
        ["storage"] = account.Storage(file.Storage),
        ["fileChecksums"] = Checksums(file),
        ["userTags"] = new JsonArray([.. file.Tags.Select(tag => (JsonNode)tag)]),
        ["downloadUrl"] = null,
    };

    public JsonObject Entry(IRecord record, bool inTrash) => record switch
    {
        FolderRecord folder => new JsonObject { ["type"] = "folder", ["item"] = Folder(folder) },
        FileRecord file when inTrash => new JsonObject { ["type"] = "filesymlink", ["item"] = Symlink(file) },
        FileRecord file => new JsonObject { ["type"] = "file", ["item"] = File(file) },
        _ => throw new InvalidOperationException("Folders hold files and folders."),
    };

    public static JsonObject Folder(FolderRecord folder) => new()
    {
        ["id"] = folder.Id,
        ["name"] = folder.Name,
        ["parentId"] = folder.ParentId,
        ["dateInserted"] = Date(folder.DateInserted),
    };

    public static JsonObject Job(JobRecord job) => new()
    {
        ["id"] = job.Id,
        ["name"] = job.Name,
        ["owner"] = Account.Email,
        ["dateInserted"] = Date(job.DateInserted),
        ["jobanalyses"] = new JsonArray(JobAnalysis(job.Specification)),
        ["isLowPriority"] = job.Specification.IsLowPriority,
        ["projectId"] = job.ProjectId ?? job.Specification.ProjectId,
        ["folderId"] = job.FolderId,
    };

    /// <summary>An entry of the job list: the only place where a job carries its status.</summary>
    public static JsonObject JobEntry(JobRecord job) => new()
    {
        ["id"] = job.Id,
        ["name"] = job.Name,
        ["owner"] = Account.Email,
        ["dateInserted"] = Date(job.DateInserted),
        ["jobStatus"] = JobStatus(job),
        ["isLowPriority"] = job.Specification.IsLowPriority,
        ["projectId"] = job.ProjectId ?? job.Specification.ProjectId,
    };

    public static JsonObject JobStatus(JobRecord job) => new() { ["content"] = job.Status.Status, ["statusReason"] = job.Status.Reason };

    /// <param name="job">The job.</param>
    /// <param name="index">Of the status, oldest first.</param>
    public static JsonObject Status(JobRecord job, int index) => new()
    {
        ["id"] = string.Create(CultureInfo.InvariantCulture, $"{job.Id}{index + 1}"),
        ["jobId"] = job.Id,
        ["status"] = job.Statuses[index].Status,
        ["statusDate"] = Date(job.Statuses[index].Date),
        ["statusReason"] = job.Statuses[index].Reason,
        ["substatus"] = null,
        ["notify"] = false,
        ["preventDuplicates"] = true,
    };

    public static JsonArray Tags(IEnumerable<string> tags)
        => [.. tags.Select(tag => new JsonObject { ["name"] = tag, ["normalizedName"] = tag.ToLowerInvariant() })];

    private static JsonObject JobAnalysis(JobSpecification job) => new()
    {
        ["command"] = job.Command,
        ["analysis"] = new JsonObject { ["code"] = job.AnalysisCode, ["version"] = job.AnalysisVersion },
        ["hardware"] = new JsonObject
        {
            ["coreType"] = new JsonObject { ["code"] = job.CoreType },
            ["coresPerSlot"] = job.CoresPerSlot,
            ["slots"] = job.Slots,
            ["walltime"] = job.Walltime,
        },
        ["inputFiles"] = new JsonArray([.. job.Inputs.Select(input => new JsonObject { ["id"] = input.FileId, ["decompress"] = input.Decompress })]),
        ["envVars"] = new JsonObject(job.EnvironmentVariables.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        ["useRescaleLicense"] = job.UseRescaleLicense,
        ["onDemandLicenseSeller"] = job.OnDemandLicenseSeller,
        ["userDefinedLicenseSettings"] = null,
    };

    private static JsonArray Checksums(FileRecord file)
        => file.Sha512 is { } hash ? [new JsonObject { ["hashFunction"] = "sha512", ["fileHash"] = hash }] : [];

    private JsonObject Symlink(FileRecord file)
    {
        var item = File(file);
        item["id"] = file.SymlinkId;
        return item;
    }

    /// <summary>By itself or with a folder above it.</summary>
    private bool IsInTrash(FileRecord file)
    {
        if (file.IsTrashed)
            return true;
        for (var folder = Above(file.FolderId); folder is not null; folder = Above(folder.ParentId))
        {
            if (folder.IsTrashed)
                return true;
        }

        return false;
    }

    private FolderRecord? Above(string? id) => id is null ? null : store.FindFolder(id);
}
