using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A tag of a job; job and tag bind to the next command by their names.</summary>
public sealed class JobTagItem : IShellObject
{
    internal JobTagItem(string jobId, Tag tag)
    {
        JobId = jobId;
        Tag = tag.Name;
        NormalizedName = tag.NormalizedName;
    }

    static string IShellObject.TypeName => "RescaleInterlink.JobTag";

    public string JobId { get; }

    public string Tag { get; }

    /// <summary>The form in which the platform compares it.</summary>
    public string? NormalizedName { get; }

    public override string ToString() => Tag;
}
