using System.Management.Automation;
using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Takes tags away from files.</summary>
[Cmdlet(VerbsCommon.Remove, "RescaleFileTag", SupportsShouldProcess = true)]
public sealed class RemoveRescaleFileTagCommand : FileTagCmdlet
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    private protected override async Task ProcessFileAsync(string fileId)
    {
        foreach (string tag in FileTags.Clean(Tag))
        {
            if (await ShouldProcessAsync($"file {fileId}", $"Take the tag '{tag}' away"))
                await Session.Client.Files.RemoveTagAsync(fileId, tag, StopToken);
        }
    }
}
