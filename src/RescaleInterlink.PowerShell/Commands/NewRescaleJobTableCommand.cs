using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Tables;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Makes a row of a jobs table for each folder of a tree.</summary>
[Cmdlet(VerbsCommon.New, "RescaleJobTable", DefaultParameterSetName = RootSet)]
[OutputType(typeof(JobRowItem))]
public sealed class NewRescaleJobTableCommand : AsyncCmdlet
{
    private const string RootSet = "Path";
    private const string PartsSet = "PartDirectory";

    /// <summary>A jobs table of which the first row is taken, a specification, or a row.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public object Template { get; set; } = null!;

    [Parameter(Mandatory = true, Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Pattern { get; set; } = "";

    [Parameter(ParameterSetName = RootSet)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    [Parameter(Mandatory = true, ParameterSetName = PartsSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] PartDirectory { get; set; } = [];

    [Parameter]
    public string RunSubpath { get; set; } = "";

    [Parameter]
    public string ValidationPattern { get; set; } = "";

    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int StartIndex { get; set; } = 1;

    [Parameter]
    public SwitchParameter NaturalOrder { get; set; }

    [Parameter]
    public SwitchParameter IterateCommand { get; set; }

    [Parameter]
    public SwitchParameter AllowDuplicateName { get; set; }

    protected override async Task EndProcessingAsync()
    {
        (JobSpec template, RunFolderQuery query) = await InvokeAsync(() => (ReadTemplate(), MakeQuery()));
        IReadOnlyList<RunFolder> folders = RunFolders.Find(query, PostWarning, StopToken);
        if (IterateCommand && CommandPattern.Find(template.Command).Count == 0)
            PostWarning("Nothing in the command looks like the number of a run, so it is the same in every row. Test-RescaleCommandPattern shows what is looked for.");
        foreach (string loss in JobTable.FindLosses([template]))
            PostWarning($"A row of a jobs table has no column for this of the template: {loss}.");
        foreach (JobSpec job in JobTableBuilder.Build(template, folders, IterateCommand, AllowDuplicateName))
            await WriteAsync(new JobRowItem(job));
    }

    private RunFolderQuery MakeQuery() => new()
    {
        Pattern = Pattern,
        Root = PathResolver.Literal(this, Path),
        PartDirectories = [.. PartDirectory.SelectMany(part => PathResolver.Resolve(this, part, literal: System.IO.Directory.Exists(PathResolver.Literal(this, part))))],
        Subpath = RunSubpath,
        ValidationPattern = ValidationPattern,
        StartIndex = StartIndex,
        NaturalOrder = NaturalOrder,
    };

    private JobSpec ReadTemplate() => FlagTransformationAttribute.Unwrap(Template) switch
    {
        JobSpecItem item => item.Spec,
        JobRowItem row => row.Spec,
        string path => JobTable.ReadFile(PathResolver.Literal(this, path))[0].Spec,
        FileInfo file => JobTable.ReadFile(file.FullName)[0].Spec,
        PSCustomObject => JobRows.Of([(PSObject)Template], PathResolver.CurrentFolder(this))[0].Spec,
        _ => throw new RescaleException(ErrorIds.JobTableInvalid, ErrorKind.InvalidInput, $"'{Template}' is no template of a job.",
            "Give the path of a jobs table, a row of Import-Csv, or a specification of New-RescaleJobSpec."),
    };
}
