using System.Collections;
using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Describes jobs, one for each object that is piped in. Nothing is created on the platform.</summary>
[Cmdlet(VerbsCommon.New, "RescaleJobSpec")]
[OutputType(typeof(JobSpecItem))]
public sealed class NewRescaleJobSpecCommand : RescaleCmdlet
{
    private static readonly JobSpec Defaults = new() { CoresPerSlot = 1, Slots = 1, WalltimeHours = 1 };

    private HashSet<string> _typed = [];
    private bool _catalogueFails;

    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string JobName { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Analysis")]
    [ArgumentCompleter(typeof(SoftwareCompleter))]
    public string AnalysisCode { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SoftwareVersionCompleter))]
    public string AnalysisVersion { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string Command { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(CoreTypeCompleter))]
    public string CoreType { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int CoresPerSlot { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int Slots { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Walltime")]
    [WalltimeTransformation]
    public double WalltimeHours { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[] InputFile { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [CommaListTransformation]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] InputFileId { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ExtraInputFileIDs")]
    [CommaListTransformation]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] ExtraInputFileId { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Directory { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string TarSubpath { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [FlagTransformation]
    public SwitchParameter NoDecompress { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public IDictionary? Environment { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [LicenseSettingsTransformation]
    public string LicenseSettings { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? OnDemandLicenseSeller { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [FlagTransformation]
    public SwitchParameter UseRescaleLicense { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? UserDefinedLicenseSettings { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Tags")]
    [CommaListTransformation]
    public string[] Tag { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ProjectId { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? OrgCode { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AutomationTransformation]
    [CommaListTransformation]
    [ArgumentCompleter(typeof(AutomationCompleter))]
    public string[] AutomationId { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ClusterId { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [FlagTransformation]
    public SwitchParameter IsLowPriority { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SubmitWordCompleter))]
    public string Submit { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [FlagTransformation]
    public SwitchParameter KeepCommandSpacing { get; set; }

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter]
    public SwitchParameter Offline { get; set; }

    private protected override bool NeedsConnection => false;

    protected override void Prepare()
    {
        base.Prepare();
        // What is bound now was typed; what is bound later came with a piped object.
        _typed = new HashSet<string>(MyInvocation.BoundParameters.Keys, StringComparer.OrdinalIgnoreCase);
    }

    protected override async Task ProcessRecordAsync()
    {
        try
        {
            JobSpec spec = await InvokeAsync(Specify);
            List<JobSpecFault> faults = [.. JobSpecCheck.FindFaults(spec)];
            if (await AdviseAsync(spec) is { } advice)
            {
                spec = advice.Spec;
                faults.AddRange(advice.Faults);
                foreach (string warning in advice.Warnings)
                    PostWarning(warning);
            }

            if (faults.Count > 0)
                throw JobSpecCheck.Failure(spec, faults);
            await WriteAsync(new JobSpecItem(spec));
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, InputObject ?? (object)JobName);
        }
    }

    /// <returns>Null when the catalogue is not asked or does not answer.</returns>
    private async Task<JobSpecAdvice?> AdviseAsync(JobSpec spec)
    {
        if (!IsConnected || Offline || _catalogueFails)
            return null;
        try
        {
            return await Session.Jobs.AdviseAsync(spec, StopToken);
        }
        catch (RescaleException e)
        {
            // A specification can be written while the platform is away; what it names is checked when it is submitted.
            _catalogueFails = true;
            PostWarning($"The names were not compared with the platform's catalogue: {e.Message}");
            return null;
        }
    }

    /// <summary>The piped specification, or the defaults, with what was given put over it. Pipeline thread only.</summary>
    private JobSpec Specify()
    {
        object? piped = InputObject?.BaseObject;
        JobSpec spec = (piped as JobSpecItem)?.Spec ?? Defaults;
        // Properties of these that are called like a parameter and mean something else.
        string[] foreign = piped switch
        {
            StoredFileItem => [nameof(Tag)],
            FileSystemInfo => [nameof(Directory)],
            AutomationItem => [nameof(Command)],
            _ => [],
        };

        bool keep = Has(nameof(KeepCommandSpacing)) ? KeepCommandSpacing : spec.KeepCommandSpacing;
        spec = spec with
        {
            JobName = Field(nameof(JobName), JobName, spec.JobName),
            AnalysisCode = Field(nameof(AnalysisCode), AnalysisCode, spec.AnalysisCode),
            AnalysisVersion = Field(nameof(AnalysisVersion), AnalysisVersion, spec.AnalysisVersion),
            Command = JobText.SanitizeCommand(Has(nameof(Command)) ? Command : spec.Command, keep),
            KeepCommandSpacing = keep,
            CoreType = Field(nameof(CoreType), CoreType, spec.CoreType),
            CoresPerSlot = Has(nameof(CoresPerSlot)) ? CoresPerSlot : spec.CoresPerSlot,
            Slots = Has(nameof(Slots)) ? Slots : spec.Slots,
            WalltimeHours = Has(nameof(WalltimeHours)) ? WalltimeHours : spec.WalltimeHours,
            InputFileIds = List(nameof(InputFileId), InputFileId, spec.InputFileIds),
            ExtraInputFileIds = List(nameof(ExtraInputFileId), ExtraInputFileId, spec.ExtraInputFileIds),
            TarSubpath = Field(nameof(TarSubpath), TarSubpath, spec.TarSubpath),
            NoDecompress = Has(nameof(NoDecompress)) ? NoDecompress : spec.NoDecompress,
            LicenseSettings = Jobs.LicenseSettings.Add(
                Field(nameof(LicenseSettings), LicenseSettings, spec.LicenseSettings), Environment is null ? [] : EnvironmentTable.Read(Environment)),
            OnDemandLicenseSeller = Optional(nameof(OnDemandLicenseSeller), OnDemandLicenseSeller, spec.OnDemandLicenseSeller),
            UseRescaleLicense = Has(nameof(UseRescaleLicense)) ? UseRescaleLicense : spec.UseRescaleLicense,
            UserDefinedLicenseSettings = Optional(nameof(UserDefinedLicenseSettings), UserDefinedLicenseSettings, spec.UserDefinedLicenseSettings),
            Tags = List(nameof(Tag), Tag, spec.Tags),
            ProjectId = Optional(nameof(ProjectId), ProjectId, spec.ProjectId),
            OrgCode = Optional(nameof(OrgCode), OrgCode, spec.OrgCode),
            AutomationIds = List(nameof(AutomationId), AutomationId, spec.AutomationIds),
            ClusterId = Optional(nameof(ClusterId), ClusterId, spec.ClusterId),
            IsLowPriority = Has(nameof(IsLowPriority)) ? IsLowPriority : spec.IsLowPriority,
            SubmitMode = Has(nameof(Submit)) ? JobSpecInputs.ParseSubmit(Submit) : spec.SubmitMode,
        };
        if (Has(nameof(Directory)))
            spec = spec with { Directory = string.IsNullOrWhiteSpace(Directory) ? null : PathResolver.Literal(this, JobText.SanitizeField(Directory)) };
        return JobSpecInputs.Add(this, spec, InputFile, piped);

        bool Has(string name) => MyInvocation.BoundParameters.ContainsKey(name) && (_typed.Contains(name) || !foreign.Contains(name));

        string Field(string name, string given, string before) => Has(name) ? JobText.SanitizeField(given) : before;

        string? Optional(string name, string? given, string? before)
            => !Has(name) ? before : JobText.SanitizeField(given) is { Length: > 0 } text ? text : null;

        IReadOnlyList<string> List(string name, string[] given, IReadOnlyList<string> before)
            => Has(name) ? [.. given.Select(JobText.SanitizeField).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)] : before;
    }
}
