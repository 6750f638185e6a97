using RescaleInterlink.Archiving;
using RescaleInterlink.Library;
using RescaleInterlink.Networking;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.TransferProcess;

/// <summary>What the library does for one file, with a store in between that is slow on purpose and ends the process where it is told to.</summary>
internal sealed class OneTransfer : IAsyncDisposable
{
    private readonly RescaleSession _session;
    private readonly TransferSettings _settings;
    private readonly Action<string> _say;
    private readonly Action _waitToGoOn;
    private readonly KillSwitch _kill;
    private readonly StoreDirectory _stores;
    private readonly TransferEngine _engine;
    private readonly ResumeIdentities _identities;

    public OneTransfer(RescaleSession session, TransferSettings settings, Action<string> say, Action waitToGoOn)
    {
        (_session, _settings, _say, _waitToGoOn, _kill) = (session, settings, say, waitToGoOn, new KillSwitch(settings.KillAt));
        _stores = new StoreDirectory(session.Client, new NetworkOptions(settings.CertificatePath), TimeProvider.System);
        _identities = new ResumeIdentities(new CheckpointFolder(Path.Combine(settings.StateFolder, "transfers")), session.ApiUrl);
        _engine = new TransferEngine(new TransferOptions(1, settings.Connections, 64L << 20)
        {
            PartSize = settings.PartSize, ChunkSize = settings.ChunkSize, OnDownloadStage = step => Reach(step.ToString()),
        });
    }

    public async Task<TransferOutcome> RunAsync(CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource();
        var progress = Task.Run(() => TellProgressAsync(end.Token), CancellationToken.None);
        try
        {
            return await (_settings.FileId is null ? UploadAsync(cancellationToken) : DownloadAsync(cancellationToken));
        }
        finally
        {
            await end.CancelAsync();
            await progress;
        }
    }

    private async Task<TransferOutcome> UploadAsync(CancellationToken cancellationToken)
    {
        // A folder is sent as an archive that is compressed while it is read.
        var source = Directory.Exists(_settings.LocalPath)
            ? (await FolderArchive.CreateAsync(_settings.LocalPath, new ArchiveOptions { Compression = TarCompression.Gzip }, cancellationToken)).Bytes
            : new LocalFileSource(_settings.LocalPath);
        using var file = source as IDisposable;
        var storage = _session.User.DefaultStorage;
        var folder = (await _session.Client.Users.GetRootFoldersAsync(cancellationToken)).MyLibrary;
        var registrar = new FileRegistrar(_session.Client, storage, _settings.Name, folder);
        var uploaded = await _engine.UploadAsync(new UploadRequest
        {
            Source = source,
            Store = Wrap(_stores.ForUploads(_session.User)),
            Key = ObjectNaming.ForNew(storage, _settings.Name),
            Resume = _identities.ForUpload(source, _settings.Name, folder, _session.User, []),
            OnNotice = text => _say("notice " + text),
            OnCommitted = async (result, token) =>
            {
                _kill.Reach("Committed");
                await registrar.RegisterAsync(result, token);
                _kill.Reach("Registered");
            },
        }, cancellationToken);
        return new TransferOutcome(registrar.Registered!.Id, uploaded.Sha512, uploaded.ResumedBytes, "");
    }

    private async Task<TransferOutcome> DownloadAsync(CancellationToken cancellationToken)
    {
        var file = await _session.Client.Files.GetAsync(_settings.FileId!, cancellationToken);
        var key = file.PathParts!.Path!;
        var downloaded = await _engine.DownloadAsync(new DownloadRequest
        {
            DisplayName = file.Name,
            Store = Wrap(_stores.ForFile(file, _session.User)),
            Key = key,
            EncryptionKey = FileSecrets.Key(file),
            RecordIv = FileSecrets.Iv(file),
            Length = file.DecryptedSize,
            Sha512 = FileSecrets.Sha512(file),
            Destination = _settings.LocalPath,
            Resume = _identities.ForDownload(file, key, _settings.LocalPath),
            OnNotice = text => _say("notice " + text),
        }, cancellationToken);
        return new TransferOutcome(file.Id, downloaded.Sha512, downloaded.ResumedBytes, downloaded.Integrity.ToString());
    }

    private void Reach(string point)
    {
        _kill.Reach(point);
        if (point != _settings.PauseAt) return;
        _say("paused");
        _waitToGoOn();
    }

    private SlowStore Wrap(IObjectStore store) => new(store, TimeSpan.FromMilliseconds(_settings.Delay), _kill);

    private async Task TellProgressAsync(CancellationToken end)
    {
        long told = -1;
        while (!end.IsCancellationRequested)
        {
            var done = _engine.GetProgress().BytesDone;
            if (done != told) _say(FormattableString.Invariant($"bytes {told = done}"));
            await Task.Delay(5, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _stores.DisposeAsync();
        await _session.DisposeAsync();
    }
}
