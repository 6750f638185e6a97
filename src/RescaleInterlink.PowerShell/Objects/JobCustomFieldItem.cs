using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A custom field of a job.</summary>
public sealed class JobCustomFieldItem : IShellObject
{
    internal JobCustomFieldItem(string jobId, string name, string? value) => (JobId, Name, Value) = (jobId, name, value);

    static string IShellObject.TypeName => "RescaleInterlink.JobCustomField";

    public string JobId { get; }

    public string Name { get; }

    /// <summary>Texts as they are, anything else as JSON; null when the field is not set.</summary>
    public string? Value { get; }

    public override string ToString() => $"{Name}={Value}";
}
