using System.Management.Automation;
using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Adds tags to files.</summary>
[Cmdlet(VerbsCommon.Add, "RescaleFileTag", SupportsShouldProcess = true)]
public sealed class AddRescaleFileTagCommand : FileTagCmdlet
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    private protected override async Task ProcessFileAsync(string fileId)
    {
        foreach (string tag in FileTags.Clean(Tag))
        {
            if (await ShouldProcessAsync($"file {fileId}", $"Add the tag '{tag}'"))
                await Session.Client.Files.AddTagAsync(fileId, tag, StopToken);
        }
    }
}
