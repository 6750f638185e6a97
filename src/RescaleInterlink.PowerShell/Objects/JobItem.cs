using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A job on the platform, as it was when it was asked for.</summary>
public sealed class JobItem : IShellObject
{
    internal JobItem(PlatformJob record)
        : this(record.Id, record.Name, record.JobStatus?.Content, record.JobStatus?.StatusReason, record.DateInserted, record.Owner)
    {
    }

    internal JobItem(string id, string? name, string? status, string? reason, DateTimeOffset? dateInserted, string? owner)
    {
        Id = id;
        Name = name;
        Status = status;
        StatusReason = reason;
        DateInserted = dateInserted;
        Owner = owner;
    }

    static string IShellObject.TypeName => "RescaleInterlink.Job";

    public string Id { get; }

    public string? Name { get; }

    public string? Status { get; }

    public string? StatusReason { get; }

    public DateTimeOffset? DateInserted { get; }

    public string? Owner { get; }

    public override string ToString() => $"{Name} ({Id})";
}
