using System.Management.Automation;
using RescaleInterlink.Pipelines;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Reads how far the rows of runs have come, from their state files. It asks no platform.</summary>
[Cmdlet(VerbsCommon.Get, "RescalePipelineState", DefaultParameterSetName = PathSet)]
[OutputType(typeof(PipelineStateItem))]
public sealed class GetRescalePipelineStateCommand : JobFileCmdlet
{
    private protected override async Task ImportAsync(string path)
    {
        foreach (PipelineRowState row in PipelineStateReader.Read(path))
            await WriteAsync(new PipelineStateItem(row));
    }
}
