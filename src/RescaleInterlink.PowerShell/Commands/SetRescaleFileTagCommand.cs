using System.Management.Automation;
using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Gives files exactly these tags.</summary>
[Cmdlet(VerbsCommon.Set, "RescaleFileTag", SupportsShouldProcess = true)]
public sealed class SetRescaleFileTagCommand : FileTagCmdlet
{
    [Parameter(Mandatory = true, Position = 1)]
    [AllowEmptyCollection]
    public string[] Tag { get; set; } = [];

    private protected override async Task ProcessFileAsync(string fileId)
    {
        TagChange change = FileTags.Change(await Session.Client.Files.GetTagsAsync(fileId, StopToken), Tag);
        if (change.IsNothing)
        {
            PostVerbose($"File {fileId} has these tags already.");
            return;
        }

        string action = string.Join(", ", change.Add.Select(tag => $"add '{tag}'").Concat(change.Remove.Select(tag => $"take '{tag}' away")));
        if (await ShouldProcessAsync($"file {fileId}", $"Set the tags: {action}"))
            await FileTags.ApplyAsync(Session.Client.Files, fileId, change, StopToken);
    }
}
