using System.Management.Automation;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>The tags of files.</summary>
[Cmdlet(VerbsCommon.Get, "RescaleFileTag")]
[OutputType(typeof(FileTagItem))]
public sealed class GetRescaleFileTagCommand : FileTagCmdlet
{
    private protected override async Task ProcessFileAsync(string fileId)
    {
        foreach (Tag tag in await Session.Client.Files.GetTagsAsync(fileId, StopToken))
            await WriteAsync(new FileTagItem(fileId, tag));
    }
}
