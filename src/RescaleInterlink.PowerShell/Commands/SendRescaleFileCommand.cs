using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Platform;
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
    private FolderNames _names = null!;

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
    [ArgumentCompleter(typeof(FolderPathCompleter))]
    public string? FolderId { get; set; }

    [Parameter]
    public SendConflict Conflict { get; set; } = SendConflict.None;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Tag { get; set; } = [];

    [Parameter]
    public SwitchParameter PreEncrypt { get; set; }

    [Parameter]
    public SwitchParameter NoResume { get; set; }

    private protected override string Activity => "Sending files to Rescale";

    protected override void Prepare()
    {
        base.Prepare();
        _names = new FolderNames(Session.Client.Folders, StopToken);
    }

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

    protected override async Task EndProcessingAsync()
    {
        await base.EndProcessingAsync();
        await _names.DisposeAsync();
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
        long? length = LocalLength.Find(file);
        string? folder = null;
        try
        {
            if (!string.IsNullOrEmpty(FolderId))
                folder = await Session.Library.Listing.Paths.UseAsync(FolderId, place => RequireAsync(place, length), StopToken);
            if (length is not null && !await IsWantedAsync(file, folder))
                return;
        }
        catch (RescaleException e)
        {
            await WriteErrorAsync(e, file);
            return;
        }

        if (await ShouldProcessAsync($"{file} ({HumanSize.OrUnknown(length)})", folder is null ? "Upload to the Rescale library" : $"Upload to the Rescale folder {FolderId}"))
            await StartTransferAsync(file, cancellationToken => SendAsync(file, folder, cancellationToken));
    }

    /// <summary>Else all of it would travel, only to be refused a place.</summary>
    private async Task<string> RequireAsync(FolderPlace place, long? length)
    {
        if (length is not null)
            await _names.RequireAsync(place.Id, Conflict != SendConflict.None);
        return place.Id;
    }

    /// <summary>Looks whether the name is taken, when that matters.</summary>
    private async Task<bool> IsWantedAsync(string file, string? folder)
    {
        if (Conflict == SendConflict.None)
            return true;
        string name = System.IO.Path.GetFileName(file);
        string folderId = await Session.Library.ResolveFolderAsync(folder, StopToken);
        PlatformFile? existing = await _names.FindAsync(folderId, name);
        if (existing is null)
        {
            if (Conflict != SendConflict.Allow)
                _names.Claim(folderId, name);
            return true;
        }

        switch (Conflict)
        {
            case SendConflict.Allow:
                PostVerbose($"The folder already has a '{name}' ({existing.Id}); this becomes another one.");
                return true;
            case SendConflict.Skip:
                PostVerbose($"The folder already has a '{name}' ({existing.Id}); '{file}' was skipped.");
                await WriteAsync(new SentFileItem(existing, file, folderId, TransferStatus.Skipped));
                return false;
            default:
                throw new RescaleException(
                    ErrorIds.FileAlreadyExists, ErrorKind.AlreadyExists, $"The folder already has a file '{name}' ({existing.Id}); '{file}' was not sent.",
                    "Send it to another folder, or use -Conflict Skip or Allow.");
        }
    }

    private async Task SendAsync(string file, string? folder, CancellationToken cancellationToken)
    {
        using var source = new LocalFileSource(file);
        var options = new UploadOptions { Tags = Tag, PreEncrypt = PreEncrypt, NoResume = NoResume, OnNotice = PostWarning, OnContinued = ContinuedNotice(file) };
        UploadedFile sent = await Session.Library.UploadAsync(Engine, source, System.IO.Path.GetFileName(file), folder, options, cancellationToken);
        State.Files.Add(sent.Id, sent.Name);
        PostVerbose($"Uploaded '{file}' as {sent.Id}, {sent.Length} bytes in {sent.Parts} part(s).");
        // The file is none the worse for a tag that could not be set.
        foreach (RescaleException missed in sent.MissedTags)
            await WriteErrorAsync(missed, sent.Id);
        await WriteAsync(new SentFileItem(sent, file));
    }
}
