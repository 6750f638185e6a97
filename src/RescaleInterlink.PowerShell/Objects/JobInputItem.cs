using RescaleInterlink.Pipelines.Tables;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>The local files of one job. Piped to New-RescaleJobSpec, it gives the job its name and its inputs.</summary>
public sealed class JobInputItem : IShellObject
{
    internal JobInputItem(JobInput input)
    {
        JobName = input.JobName;
        PrimaryFile = input.PrimaryFile;
        InputFile = [.. input.Files];
        MissingFile = [.. input.Missing];
    }

    static string IShellObject.TypeName => "RescaleInterlink.JobInput";

    public string JobName { get; }

    /// <summary>Full path.</summary>
    public string PrimaryFile { get; }

    /// <summary>Full paths, the primary file first.</summary>
    public string[] InputFile { get; }

    /// <summary>Full paths of optional files that are not there.</summary>
    public string[] MissingFile { get; }

    public override string ToString() => PrimaryFile;
}
