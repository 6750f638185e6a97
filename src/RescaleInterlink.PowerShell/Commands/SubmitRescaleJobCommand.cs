using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Jobs.Submission;
using RescaleInterlink.Pipelines;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Creates jobs and starts them. The parameters are the columns of a jobs CSV, so its rows bind by name.</summary>
[Cmdlet(VerbsLifecycle.Submit, "RescaleJob", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(JobItem))]
[OutputType(typeof(JobEndingItem))]
[OutputType(typeof(ReceivedFileItem))]
public sealed class SubmitRescaleJobCommand : JobSubmitCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";
    private const string SpecSet = "Specification";
    private const string IdSet = "Id";
    private const string ObjectSet = "InputObject";

    private string[] _paths = [];
    private bool _literal;

    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [Alias("ScriptPath", "JobFile")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Path
    {
        get => _paths;
        set => (_paths, _literal) = (value, false);
    }

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath
    {
        get => _paths;
        set => (_paths, _literal) = (value, true);
    }

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [ValidateNotNullOrEmpty]
    public JobSpecItem[] InputObject { get; set; } = [];

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string JobName { get; set; } = "";

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [ArgumentCompleter(typeof(SoftwareCompleter))]
    public string AnalysisCode { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [ArgumentCompleter(typeof(SoftwareVersionCompleter))]
    public string AnalysisVersion { get; set; } = "";

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string Command { get; set; } = "";

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [ArgumentCompleter(typeof(CoreTypeCompleter))]
    public string CoreType { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public int CoresPerSlot { get; set; } = 1;

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [WalltimeTransformation]
    public double WalltimeHours { get; set; } = 1;

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public int Slots { get; set; } = 1;

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string? Directory { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string TarSubpath { get; set; } = "";

    [Parameter(ParameterSetName = SpecSet)]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] InputFileId { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [Alias("ExtraInputFileIDs")]
    [CommaListTransformation]
    [ArgumentCompleter(typeof(FileCompleter))]
    public string[] ExtraInputFileId { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string LicenseSettings { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string? OnDemandLicenseSeller { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [FlagTransformation]
    public SwitchParameter UseRescaleLicense { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string? UserDefinedLicenseSettings { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string? ClusterId { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [FlagTransformation]
    public SwitchParameter KeepCommandSpacing { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string? ProjectId { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string? OrgCode { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [Alias("Tags")]
    [CommaListTransformation]
    public string[] Tag { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [FlagTransformation]
    public SwitchParameter NoDecompress { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [FlagTransformation]
    public SwitchParameter IsLowPriority { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    public string Submit { get; set; } = "";

    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    [Parameter(ParameterSetName = ObjectSet)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [ValidateNotNull]
    public object[] InputFile { get; set; } = [];

    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    [Parameter(ParameterSetName = ObjectSet)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = SpecSet)]
    [AutomationTransformation]
    [CommaListTransformation]
    [ArgumentCompleter(typeof(AutomationCompleter))]
    public string[] AutomationId { get; set; } = [];

    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralSet)]
    [Parameter(ParameterSetName = ObjectSet)]
    [Parameter(ParameterSetName = SpecSet)]
    public SwitchParameter CreateOnly { get; set; }

    protected override void Prepare()
    {
        base.Prepare();
        if (CreateOnly && Follows)
            throw new RescaleException(ErrorIds.TransferOptionInvalid, ErrorKind.InvalidInput, "With -CreateOnly no job is started, so there is none to wait for.", "Leave out -Wait and -Destination, or -CreateOnly.");
    }

    protected override async Task ProcessRecordAsync()
    {
        switch (ParameterSetName)
        {
            case IdSet:
                foreach (string id in JobId)
                {
                    if (await ShouldProcessAsync($"job {id}", $"Submit{AndThen}"))
                        await BeginAsync(id, cancellationToken => Submission.SubmitAsync(id, cancellationToken));
                }

                break;
            case ObjectSet:
                foreach (JobSpecItem item in InputObject)
                    await TryAsync(item.JobName, () => SubmitAsync(item.Spec));
                break;
            case SpecSet:
                await TryAsync(JobName, async () => await SubmitAsync(await InvokeAsync(Specification)));
                break;
            default:
                foreach (string path in _paths)
                    await TryAsync(path, () => SubmitFilesAsync(path));
                break;
        }
    }

    private async Task TryAsync(string target, Func<Task> submit)
    {
        try
        {
            await submit();
        }
        catch (RescaleException e) when (!StopToken.IsCancellationRequested)
        {
            await WriteErrorAsync(e, target);
        }
    }

    private async Task SubmitFilesAsync(string path)
    {
        foreach (string file in await InvokeAsync(() => PathResolver.Resolve(this, path, _literal)))
        {
            await TryAsync(file, async () =>
            {
                JobDescription description = await JobDescriptions.ReadAsync(file, StopToken);
                foreach (string note in description.Notes)
                    PostWarning($"'{file}': {note.TrimEnd('.')}.");
                foreach (JobSpec spec in description.Specs)
                    await TryAsync(spec.JobName, () => SubmitAsync(spec));
            });
        }
    }

    private async Task SubmitAsync(JobSpec given)
    {
        JobSpec spec = await InvokeAsync(() => Extended(given));
        // With every record, and not when its turn comes: whoever pipes it in may change its files for the next one.
        PreparedJob job = await PreparedJob.CreateAsync(spec, StopToken);
        bool starts = !CreateOnly && spec.SubmitMode == SubmitMode.CreateAndSubmit;
        string with = string.Join(", ", job.Inputs.Select(input => $"{input.Path} ({HumanSize.Format(input.Length)})"));
        if (!await ShouldProcessAsync($"job {spec.JobName}{(with.Length == 0 ? "" : $" with {with}")}", !starts ? "Create" : Follows ? $"Create, submit{AndThen}" : "Create and submit"))
            return;
        if (Follows && !starts)
            PostWarning($"The job '{spec.JobName}' is only created, as its specification says, and not waited for.");
        await BeginAsync(spec.JobName, cancellationToken => Submission.SubmitAsync(job, starts, cancellationToken));
    }

    /// <summary>The specification with what this command adds to each. Pipeline thread only.</summary>
    private JobSpec Extended(JobSpec spec)
    {
        if (InputFile.Length > 0)
            spec = JobSpecInputs.Add(this, spec, InputFile, piped: null);
        return AutomationId.Length == 0 ? spec : spec with { AutomationIds = [.. spec.AutomationIds.Concat(AutomationId).Distinct(StringComparer.Ordinal)] };
    }

    /// <summary>Pipeline thread only.</summary>
    private JobSpec Specification() => new()
    {
        Directory = string.IsNullOrEmpty(Directory) ? null : PathResolver.Literal(this, Directory),
        JobName = JobName,
        AnalysisCode = AnalysisCode,
        AnalysisVersion = AnalysisVersion,
        Command = Command,
        CoreType = CoreType,
        CoresPerSlot = CoresPerSlot,
        WalltimeHours = WalltimeHours,
        Slots = Slots,
        LicenseSettings = LicenseSettings,
        InputFileIds = InputFileId,
        ExtraInputFileIds = ExtraInputFileId,
        OnDemandLicenseSeller = NullWhenEmpty(OnDemandLicenseSeller),
        UseRescaleLicense = UseRescaleLicense,
        UserDefinedLicenseSettings = NullWhenEmpty(UserDefinedLicenseSettings),
        ClusterId = NullWhenEmpty(ClusterId),
        KeepCommandSpacing = KeepCommandSpacing,
        ProjectId = NullWhenEmpty(ProjectId),
        OrgCode = NullWhenEmpty(OrgCode),
        Tags = Tag,
        NoDecompress = NoDecompress,
        IsLowPriority = IsLowPriority,
        SubmitMode = JobSpecInputs.ParseSubmit(Submit),
        TarSubpath = TarSubpath,
    };

    private static string? NullWhenEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
