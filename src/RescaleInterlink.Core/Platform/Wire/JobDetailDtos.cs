namespace RescaleInterlink.Platform.Wire;

// Interop API 4 (F7), 6.2 (J9, J10, J13) and 8.

internal sealed class TagDto : IListEntry
{
    public string? Name { get; set; }
    public string? NormalizedName { get; set; }
    string? IListEntry.EntryId => Name;

    /// <returns>Null for a tag without a name.</returns>
    public Tag? ToRecord() => string.IsNullOrEmpty(Name) ? null : new Tag(Name, NormalizedName);
}

internal sealed class JobRunDto : IListEntry
{
    public string? Id { get; set; }
    public DateTimeOffset? DateStarted { get; set; }
    public DateTimeOffset? DateCompleted { get; set; }
    string? IListEntry.EntryId => Id;

    /// <returns>Null for a run without an id: its files cannot be asked for.</returns>
    public JobRun? ToRecord() => string.IsNullOrEmpty(Id) ? null : new JobRun(Id, DateStarted, DateCompleted);
}

internal sealed class LiveFileDto : IListEntry
{
    public string? Id { get; set; }
    public string? Name { get; set; }
    public long? Size { get; set; }
    public string? RelativePath { get; set; }
    string? IListEntry.EntryId => Id;

    /// <returns>Null for a file without a name.</returns>
    public LiveFile? ToRecord() => (Name ?? RelativePath) is { Length: > 0 } name ? new LiveFile(Id, name, Size, RelativePath) : null;
}

/// <summary>The end of a live file; <c>fileType</c>, a description, is not read.</summary>
internal sealed class LastLinesDto
{
    public List<string?>? Lines { get; set; }
}

internal sealed class WorkspaceFieldsDto
{
    public bool? IsEnabled { get; set; }

    /// <summary>By job type, then by section.</summary>
    public Dictionary<string, Dictionary<string, List<WorkspaceFieldDto?>?>?>? Fields { get; set; }
}

internal sealed class WorkspaceFieldDto
{
    public string? Name { get; set; }
    public string? ValueType { get; set; }
    public List<string?>? EnumOptions { get; set; }
    public bool? IsRequired { get; set; }
    public bool? IsMultiple { get; set; }
    public bool? AllowOther { get; set; }
}
