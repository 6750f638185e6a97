using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines.Tables;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Finds the files of jobs: each primary file, with the secondary files that belong to it.</summary>
[Cmdlet(VerbsCommon.Find, "RescaleJobInput")]
[OutputType(typeof(JobInputItem))]
public sealed class FindRescaleJobInputCommand : AsyncCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string Primary { get; set; } = "";

    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string[] Secondary { get; set; } = [];

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    [Parameter]
    public string JobName { get; set; } = "";

    protected override async Task EndProcessingAsync()
    {
        string root = await InvokeAsync(() => PathResolver.Literal(this, Path));
        IReadOnlyList<JobInput> found = InputScan.Find(root, Primary, [.. Secondary.Select(SecondaryPattern.Parse)], JobName, PostWarning, StopToken);
        foreach (JobInput input in found)
        {
            if (input.LacksRequired)
            {
                await WriteErrorAsync(new RescaleException(ErrorIds.SourceNotFound, ErrorKind.NotFound,
                    $"No job was made of '{input.PrimaryFile}': {string.Join(" and ", input.MissingRequired.Select(static file => $"'{file}'"))} {(input.MissingRequired.Count == 1 ? "is" : "are")} missing.",
                    "Add the file, or mark its pattern with ':optional'."), input.PrimaryFile);
            }
            else
            {
                await WriteAsync(new JobInputItem(input));
            }
        }
    }
}
