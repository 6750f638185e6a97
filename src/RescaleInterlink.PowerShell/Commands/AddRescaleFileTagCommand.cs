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

    private protected override Task ProcessFileAsync(string fileId) => ChangeTagsAsync(
        fileId, $"file {fileId}", FileTags.Clean(Tag), tag => $"Add the tag '{tag}'", tag => Session.Client.Files.AddTagAsync(fileId, tag, StopToken));
}
