namespace RescaleInterlink.Sandbox.Data;

/// <summary>What a job was created with (interop API 6.1), already validated.</summary>
public sealed record JobSpecification
{
    public required string Command { get; init; }
    public required string AnalysisCode { get; init; }
    public string? AnalysisVersion { get; init; }
    public required string CoreType { get; init; }
    public int CoresPerSlot { get; init; }
    public int Slots { get; init; } = 1;

    /// <summary>Hours, at least 1.</summary>
    public int Walltime { get; init; }
    public IReadOnlyList<JobInput> Inputs { get; init; } = [];
    public IReadOnlyDictionary<string, string> EnvironmentVariables { get; init; } = new Dictionary<string, string>();
    public bool UseRescaleLicense { get; init; }
    public string? OnDemandLicenseSeller { get; init; }
    public bool IsLowPriority { get; init; }
    public string? ProjectId { get; init; }
    public IReadOnlyList<JobAutomation> Automations { get; init; } = [];

    /// <summary>Environment values may be license secrets; they are never printed.</summary>
    public override string ToString() => $"Job on {CoreType}";
}
