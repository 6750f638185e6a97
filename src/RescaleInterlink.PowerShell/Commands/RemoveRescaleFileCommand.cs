using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Moves files to the Trash, or deletes them for good.</summary>
[Cmdlet(VerbsCommon.Remove, "RescaleFile", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = ObjectSet)]
public sealed class RemoveRescaleFileCommand : RemovalCmdlet
{
    private const string IdSet = "Id";
    private const string ObjectSet = "InputObject";

    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = IdSet)]
    [Alias("FileId")]
    [ArgumentCompleter(typeof(FileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [ValidateNotNull]
    public StoredFileItem[] InputObject { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("ParentFolderId", "ParentId")]
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    public string? FolderId { get; set; }

    protected override async Task ProcessRecordAsync()
    {
        try
        {
            string? parent = string.IsNullOrEmpty(FolderId) || Permanent ? null : (await Places.FindAsync(FolderId, StopToken)).Id;
            foreach (StoredFileItem file in InputObject)
                Choose(new ChosenItem(file.Id, IsFolder: false, parent, (file as FileItem)?.Path ?? file.Name, file.Size, file.Id));
            foreach (string id in Id)
                Choose(new ChosenItem(id, IsFolder: false, parent, null, null, id));
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, FolderId);
        }
    }

    private protected override Task<string> DescribeAsync(ChosenItem chosen) => DescribeFileAsync(chosen);
}
