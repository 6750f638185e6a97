using System.Management.Automation;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Creates jobs and starts them. The parameters are the columns of a jobs CSV, so its rows bind by name.</summary>
[Cmdlet(VerbsLifecycle.Submit, "RescaleJob", SupportsShouldProcess = true, DefaultParameterSetName = IdSet)]
[OutputType(typeof(JobItem))]
public sealed class SubmitRescaleJobCommand : TransferCmdlet
{
    private const string SpecSet = "Specification";
    private const string IdSet = "Id";

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(JobCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

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

    [Parameter(ParameterSetName = SpecSet)]
    public SwitchParameter CreateOnly { get; set; }

    private protected override string Activity => "Sending job directories to Rescale";

    private protected override string Items => "directories";

    protected override async Task ProcessRecordAsync()
    {
        if (ParameterSetName == SpecSet)
        {
            await TryAsync(JobName, SubmitRowAsync);
            return;
        }

        foreach (string id in JobId)
            await TryAsync(id, () => SubmitExistingAsync(id));
    }

    private async Task TryAsync(string target, Func<Task> submit)
    {
        try
        {
            await submit();
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, target);
        }
    }

    private async Task SubmitExistingAsync(string id)
    {
        if (!await ShouldProcessAsync($"job {id}", "Submit"))
            return;
        PlatformJob job = await Session.Client.Jobs.GetAsync(id, StopToken);
        await Session.Jobs.SubmitAsync(id, StopToken);
        await WriteJobAsync(job);
    }

    private async Task SubmitRowAsync()
    {
        if (!SubmitModes.TryParse(Submit, out SubmitMode mode))
        {
            throw new RescaleException(
                ErrorIds.JobSpecInvalid, ErrorKind.InvalidInput, $"'{Submit}' is not a value for Submit.",
                "Use yes, submit, create_and_submit, or no, draft, create_only.");
        }

        bool submit = !CreateOnly && mode == SubmitMode.CreateAndSubmit;
        JobSpec specification = Specification(submit);
        // Before a large directory is sent for a job that cannot be made of it.
        JobSpecCheck.Require(specification);
        string? folder = string.IsNullOrEmpty(Directory)
            ? null
            : ArchiveFolder.Resolve(await InvokeAsync(() => PathResolver.Literal(this, Directory)), TarSubpath);
        if (!await ShouldProcessAsync($"job {JobName}{(folder is null ? "" : $" with {folder}")}", submit ? "Create and submit" : "Create"))
            return;

        var inputs = InputFileId.Select(id => new JobInputFile(id, Decompress: !NoDecompress)).ToList();
        if (folder is not null)
            inputs.Insert(0, new JobInputFile(await UploadAsync(folder), Decompress: !NoDecompress));

        PlatformJob job = await Session.Jobs.CreateOnlyAsync(specification, inputs, StopToken);
        // The job is none the worse for a tag that could not be set.
        foreach (RescaleException missed in await Session.Jobs.LabelAsync(job.Id, specification, StopToken))
            PostWarning(missed.Message);
        if (submit)
            await Session.Jobs.SubmitAsync(job.Id, StopToken);
        await WriteJobAsync(job);
    }

    private async Task<string> UploadAsync(string folder)
    {
        var options = new UploadOptions { OnNotice = PostWarning, OnContinued = ContinuedNotice(folder) };
        UploadedFile file = await TransferNowAsync(async () =>
            await Session.Jobs.UploadFolderAsync(Engine, await FolderArchive.CreateAsync(folder, StopToken), options, StopToken));
        PostVerbose($"Uploaded '{folder}' as {file.Id}, {file.Length} bytes.");
        return file.Id;
    }

    private Task WriteJobAsync(PlatformJob job)
    {
        State.Jobs.Add(job.Id, job.Name);
        return WriteAsync(new JobItem(job));
    }

    private JobSpec Specification(bool submit) => new()
    {
        Directory = Directory,
        JobName = JobName,
        AnalysisCode = AnalysisCode,
        AnalysisVersion = AnalysisVersion,
        Command = Command,
        CoreType = CoreType,
        CoresPerSlot = CoresPerSlot,
        WalltimeHours = WalltimeHours,
        Slots = Slots,
        LicenseSettings = LicenseSettings,
        ExtraInputFileIds = ExtraInputFileId,
        OnDemandLicenseSeller = NullWhenEmpty(OnDemandLicenseSeller),
        ProjectId = NullWhenEmpty(ProjectId),
        OrgCode = NullWhenEmpty(OrgCode),
        Tags = Tag,
        NoDecompress = NoDecompress,
        IsLowPriority = IsLowPriority,
        SubmitMode = submit ? SubmitMode.CreateAndSubmit : SubmitMode.CreateOnly,
        TarSubpath = TarSubpath,
    };

    private static string? NullWhenEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
