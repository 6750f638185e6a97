using System.Management.Automation;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Creates jobs and starts them. The parameters are the columns of a jobs CSV, so its rows bind by name.</summary>
[Cmdlet(VerbsLifecycle.Submit, "RescaleJob", SupportsShouldProcess = true, DefaultParameterSetName = IdSet)]
[OutputType(typeof(JobItem))]
public sealed class SubmitRescaleJobCommand : TransferCmdlet
{
    private const string SpecSet = "Specification";
    private const string IdSet = "Id";
    private const string ObjectSet = "InputObject";

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
    [Parameter(ParameterSetName = ObjectSet)]
    public SwitchParameter CreateOnly { get; set; }

    private protected override string Activity => "Sending the inputs of jobs to Rescale";

    private protected override string Items => "inputs";

    protected override async Task ProcessRecordAsync()
    {
        if (ParameterSetName == SpecSet)
        {
            await TryAsync(JobName, async () => await SubmitSpecAsync(await SpecificationAsync()));
            return;
        }

        foreach (JobSpecItem item in InputObject)
            await TryAsync(item.JobName, () => SubmitSpecAsync(item.Spec));
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

    private async Task SubmitSpecAsync(JobSpec spec)
    {
        bool submit = !CreateOnly && spec.SubmitMode == SubmitMode.CreateAndSubmit;
        // Before a large directory is sent for a job that cannot be made of it.
        JobSpecCheck.Require(spec);
        string? folder = spec.Directory is null ? null : ArchiveFolder.Resolve(spec.Directory, spec.TarSubpath);
        foreach (string missing in spec.InputFiles.Where(path => !File.Exists(path)))
            throw new RescaleException(ErrorIds.SourceNotFound, ErrorKind.NotFound, $"The input file '{missing}' of the job '{spec.JobName}' does not exist.", "Check the path.");
        IEnumerable<string> sent = folder is null ? spec.InputFiles : spec.InputFiles.Prepend(folder);
        string with = string.Join(", ", sent);
        if (!await ShouldProcessAsync($"job {spec.JobName}{(with.Length == 0 ? "" : $" with {with}")}", submit ? "Create and submit" : "Create"))
            return;

        var inputs = new List<JobInputFile>();
        if (folder is not null)
            inputs.Add(new JobInputFile(await UploadAsync(folder), Decompress: !spec.NoDecompress));
        // The engine starts as many at once as the throttle limit says.
        string[] uploaded = await Task.WhenAll(spec.InputFiles.Select(UploadFileAsync));
        inputs.AddRange(uploaded.Select(id => new JobInputFile(id, Decompress: !spec.NoDecompress)));

        PlatformJob job = await Session.Jobs.CreateOnlyAsync(spec, inputs, StopToken);
        // The job is none the worse for a tag that could not be set.
        foreach (RescaleException missed in await Session.Jobs.LabelAsync(job.Id, spec, StopToken))
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

    private async Task<string> UploadFileAsync(string path)
    {
        using var source = new LocalFileSource(path);
        var options = new UploadOptions { OnNotice = PostWarning, OnContinued = ContinuedNotice(path) };
        UploadedFile file = await TransferNowAsync(() => Session.Library.UploadAsync(Engine, source, Path.GetFileName(path), folderId: null, options, StopToken));
        PostVerbose($"Uploaded '{path}' as {file.Id}, {file.Length} bytes.");
        return file.Id;
    }

    private Task WriteJobAsync(PlatformJob job)
    {
        State.Jobs.Add(job.Id, job.Name);
        return WriteAsync(new JobItem(job));
    }

    private async Task<JobSpec> SpecificationAsync() => new()
    {
        Directory = string.IsNullOrEmpty(Directory) ? null : await InvokeAsync(() => PathResolver.Literal(this, Directory)),
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
