using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Takes tags away from files.</summary>
[Cmdlet(VerbsCommon.Remove, "RescaleFileTag", SupportsShouldProcess = true)]
public sealed class RemoveRescaleFileTagCommand : FileTagCmdlet
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    // As they are: a tag may have blanks around it.
    private protected override Task ProcessFileAsync(string fileId) => ChangeTagsAsync(
        fileId, $"file {fileId}", Tag.Distinct(StringComparer.Ordinal), tag => $"Take the tag '{tag}' away", tag => Session.Client.Files.RemoveTagAsync(fileId, tag, StopToken));
}
