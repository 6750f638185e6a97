using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet about the tags of files.</summary>
public abstract class FileTagCmdlet : TagCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ArgumentCompleter(typeof(FileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] FileId { get; set; } = [];

    /// <summary>One file. Its failure is one error record.</summary>
    private protected abstract Task ProcessFileAsync(string fileId);

    protected sealed override async Task ProcessRecordAsync()
    {
        foreach (string fileId in FileId)
        {
            try
            {
                await ProcessFileAsync(fileId);
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, fileId);
            }
        }
    }
}
