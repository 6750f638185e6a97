using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Shows which numbers of a command change from run to run, and what the command becomes.</summary>
[Cmdlet(VerbsDiagnostic.Test, "RescaleCommandPattern")]
[OutputType(typeof(CommandPreviewItem))]
public sealed class TestRescaleCommandPatternCommand : AsyncCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string[] Command { get; set; } = [];

    [Parameter(Position = 1)]
    [ValidateRange(0, int.MaxValue)]
    [ValidateNotNullOrEmpty]
    public int[] Index { get; set; } = [1, 2, 3, 5, 10];

    protected override async Task ProcessRecordAsync()
    {
        foreach (string command in Command)
        {
            foreach (int index in Index)
                await WriteAsync(new CommandPreviewItem(command, index));
        }
    }
}
