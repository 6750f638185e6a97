using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Encrypts files, uploads them and registers them on the platform; writes each one as it is done.</summary>
[Cmdlet(VerbsCommunications.Send, "RescaleFile", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(SentFileItem))]
public sealed class SendRescaleFileCommand : TransferCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private string[] _paths = [];
    private bool _literal;

    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [LocalFileTransformation]
    [ValidateNotNullOrEmpty]
    public string[] Path
    {
        get => _paths;
        set => (_paths, _literal) = (value, false);
    }

    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath", "LP")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath
    {
        get => _paths;
        set => (_paths, _literal) = (value, true);
    }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? FolderId { get; set; }

    private protected override string Activity => "Sending files to Rescale";

    protected override async Task ProcessRecordAsync()
    {
        foreach (string path in _paths)
        {
            try
            {
                IReadOnlyList<string> files = await InvokeAsync(() => PathResolver.Resolve(this, path, _literal));
                foreach (string file in files)
                    await QueueAsync(file, matched: !_literal && WildcardPattern.ContainsWildcardCharacters(path));
            }
            catch (RescaleException e)
            {
                await WriteErrorAsync(e, path);
            }
        }
    }

    private static long? LengthOf(string file)
    {
        try
        {
            return LocalFileSource.Find(file) is { Exists: true } found ? found.Length : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task QueueAsync(string file, bool matched)
    {
        var info = new FileInfo(file);
        if (matched && !info.Exists)
        {
            PostVerbose($"'{file}' is a folder and was skipped.");
            return;
        }

        // A missing file or a folder is reported by the source itself, in its own words.
        long? length = LengthOf(file);
        string? folder = string.IsNullOrEmpty(FolderId) ? null : FolderId;
        if (!await ShouldProcessAsync($"{file} ({HumanSize.Format(length ?? 0)})", folder is null ? "Upload to the Rescale library" : $"Upload to the Rescale folder {folder}"))
            return;

        StartTransfer(file, length, async cancellationToken =>
        {
            using var source = new LocalFileSource(file);
            UploadedFile uploaded = await Session.Library.UploadAsync(Engine, source, System.IO.Path.GetFileName(file), folder, cancellationToken);
            State.Files.Add(uploaded.Id, uploaded.Name);
            PostVerbose($"Uploaded '{file}' as {uploaded.Id}, {uploaded.Length} bytes in {uploaded.Parts} part(s).");
            await WriteAsync(new SentFileItem(uploaded, file));
        });
    }
}
