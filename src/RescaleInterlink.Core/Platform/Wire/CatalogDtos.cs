namespace RescaleInterlink.Platform.Wire;

// Interop API 7. Numbers of cores are read one by one: "4" is one, and what is none is left out.

internal sealed class CoreTypeDto : IListEntry
{
    public string? Code { get; set; }
    public string? Name { get; set; }
    public bool? IsActive { get; set; }
    public long? DisplayOrder { get; set; }
    public List<long?>? Cores { get; set; }
    public decimal? Price { get; set; }
    public decimal? LowPriorityPrice { get; set; }
    public bool? WalltimeRequired { get; set; }
    string? IListEntry.EntryId => Code;

    /// <returns>Null for an entry without a code: no job can name it.</returns>
    public CoreType? ToRecord() => string.IsNullOrEmpty(Code)
        ? null
        : new CoreType(Code, Name, IsActive ?? true, [.. (Cores ?? []).Where(static n => n is > 0 and <= int.MaxValue).Select(static n => (int)n!)])
        {
            DisplayOrder = DisplayOrder,
            Price = Price,
            LowPriorityPrice = LowPriorityPrice,
            WalltimeRequired = WalltimeRequired,
        };
}

internal sealed class AnalysisDto : IListEntry
{
    public string? Code { get; set; }
    public string? Name { get; set; }
    public string? Description { get; set; }
    public string? VendorName { get; set; }
    public long? DisplayOrder { get; set; }
    public List<AnalysisVersionDto?>? Versions { get; set; }
    string? IListEntry.EntryId => Code;

    /// <returns>Null for an entry without a code: no job can name it.</returns>
    public Analysis? ToRecord() => string.IsNullOrEmpty(Code)
        ? null
        : new Analysis(Code, Name, [.. (Versions ?? []).OfType<AnalysisVersionDto>().Select(static v => v.ToRecord())])
        {
            Description = Description,
            VendorName = VendorName,
            DisplayOrder = DisplayOrder,
        };
}

internal sealed class AnalysisVersionDto
{
    public string? Id { get; set; }
    public string? Version { get; set; }
    public string? VersionCode { get; set; }
    public List<string?>? AllowedCoreTypes { get; set; }

    public AnalysisVersion ToRecord() => new(Id, Version, VersionCode) { AllowedCoreTypes = Texts.Present(AllowedCoreTypes) };
}

internal sealed class AutomationDto : IListEntry
{
    public string? Id { get; set; }
    public string? Name { get; set; }
    public string? ExecuteOn { get; set; }
    public string? ScriptName { get; set; }
    public long? ExecutionFrequency { get; set; }
    public List<AutomationVariableDto?>? EnvironmentVariables { get; set; }
    public string? Description { get; set; }
    public string? OsFamily { get; set; }
    public List<string?>? AnalysisDependencies { get; set; }
    public string? Command { get; set; }
    string? IListEntry.EntryId => Id;

    /// <returns>Null for an entry without an id: no job can name it.</returns>
    public Automation? ToRecord() => string.IsNullOrEmpty(Id)
        ? null
        : new Automation
        {
            Id = Id,
            Name = Name,
            ExecuteOn = ExecuteOn,
            ScriptName = ScriptName,
            ExecutionFrequency = ExecutionFrequency,
            EnvironmentVariables =
            [
                .. (EnvironmentVariables ?? []).Where(static v => !string.IsNullOrEmpty(v?.Name)).Select(static v => new AutomationVariable(v!.Name!, v.DefaultValue)),
            ],
            Description = Description,
            OsFamily = OsFamily,
            AnalysisDependencies = Texts.Present(AnalysisDependencies),
            Command = Command,
        };
}

internal sealed class AutomationVariableDto
{
    public string? Name { get; set; }
    public string? DefaultValue { get; set; }
}

internal static class Texts
{
    /// <summary>Without what is missing or empty.</summary>
    public static IReadOnlyList<string> Present(IEnumerable<string?>? texts) => [.. (texts ?? []).OfType<string>().Where(static text => text.Length > 0)];
}
