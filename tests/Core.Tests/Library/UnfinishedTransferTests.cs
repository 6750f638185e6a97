using System.Security.Cryptography;
using System.Text.Json;
using RescaleInterlink.Archiving;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Networking;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Core.Tests.Library;

/// <summary>Uploads that were stopped, through a real sandbox: listed, continued, removed.</summary>
public sealed class UnfinishedTransferTests : IAsyncLifetime
{
    private const int Part = 5 << 20;

    // One part of the upload never ends, so that it can be stopped meanwhile.
    private const string StallThirdRequest = """{"target":"s3","operation":"UploadPart","fault":"stall","skip":2,"times":1}""";

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(3 * Part + 1);
    private SandboxFixture _sandbox = null!;
    private readonly List<string> _notices = [];
    private RescaleSession _session = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxFixture.StartAsync();
        _session = await _sandbox.ConnectAsync();
        await File.WriteAllBytesAsync(_folder.File("model.bin"), _content);
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _sandbox.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_that_was_stopped_is_listed_and_continued_without_its_command()
    {
        await StopAsync();
        var transfer = Assert.Single(await ListAsync());
        Assert.Equal(
            (UnfinishedState.Resumable, TransferDirection.Upload, "model.bin", _folder.File("model.bin"), (long?)_content.Length),
            (transfer.State, transfer.Direction, transfer.Name, transfer.LocalPath, transfer.BytesTotal));
        Assert.True(transfer.BytesDone > 0);

        await using var engine = NewEngine();
        var continued = new List<(long Done, long? Total)>();
        var resumed = await _session.Library.ResumeAsync(engine, transfer.Id, overwrite: false, null, (done, total) => continued.Add((done, total)), TestContext.Current.CancellationToken);
        Assert.True(resumed.Uploaded!.ResumedBytes > 0);
        Assert.Equal((resumed.Uploaded.ResumedBytes, _content.Length), Assert.Single(continued));
        Assert.Empty(await ListAsync());
        await RequireRegisteredOnceAsync(resumed.Uploaded);
    }

    [Fact]
    public async Task A_compressed_archive_is_continued_by_its_command_only()
    {
        var folder = Directory.CreateDirectory(_folder.File("case")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "model.bin"), _content, TestContext.Current.CancellationToken);
        await StopAsync(send: (engine, stop) => SendArchiveAsync(engine, folder, stop));
        var transfer = Assert.Single(await ListAsync());
        Assert.Equal((UnfinishedState.Resumable, "archive", folder, null), (transfer.State, transfer.SourceKind, transfer.LocalPath, transfer.BytesTotal));
        Assert.True(transfer.BytesDone > 0);

        await using var engine = NewEngine();
        var failure = await Assert.ThrowsAsync<RescaleException>(() => _session.Library.ResumeAsync(engine, transfer.Id, overwrite: false, null, null, TestContext.Current.CancellationToken));
        Assert.Equal(ErrorIds.TransferNotResumable, failure.ErrorId);
        Assert.Equal("Repeat the command that began it.", failure.RecommendedAction);
        var uploaded = await SendArchiveAsync(engine, folder, default);
        // The last part may be among them, whose padding shows only when it is made again.
        Assert.InRange(transfer.BytesDone!.Value - uploaded.ResumedBytes, 0, CipherBlock.Size);
        Assert.Empty(await ListAsync());

        // What is not wanted any more is given up at both ends.
        await StopAsync(send: (engine, stop) => SendArchiveAsync(engine, folder, stop));
        await RemoveOnlyAsync();
        Assert.Single(await _session.Client.Files.ListAsync(default).ToListAsync());
    }

    [Fact]
    public async Task The_same_command_continues_it()
    {
        await StopAsync();
        await using var engine = NewEngine();
        var uploaded = await UploadAsync(engine, default);
        Assert.True(uploaded.ResumedBytes > 0);
        await RequireRegisteredOnceAsync(uploaded);
    }

    [Fact]
    public async Task One_that_was_killed_after_its_registration_is_not_registered_again()
    {
        var first = await KillAfterRegistrationAsync();
        await using var next = NewEngine();
        var second = await UploadAsync(next, default);
        Assert.Equal((first.Id, first.ObjectKey, _content.Length), (second.Id, second.ObjectKey, second.ResumedBytes));
        await RequireRegisteredOnceAsync(second);
    }

    [Fact]
    public async Task Removing_it_leaves_nothing_at_either_end()
    {
        await StopAsync();
        var transfer = Assert.Single(await ListAsync());
        await _session.Library.RemoveAsync(transfer.Id, _notices.Add, TestContext.Current.CancellationToken);
        Assert.Empty(await ListAsync());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_sandbox.StateHome, "transfers")));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => _session.Library.RemoveAsync(transfer.Id, null, default));
        Assert.Equal(ErrorIds.TransferNotFound, failure.ErrorId);
    }

    [Fact]
    public async Task Removing_one_that_was_registered_all_the_same_keeps_the_object_of_the_file()
    {
        var uploaded = await KillAfterRegistrationAsync();
        await RemoveOnlyAsync();
        Assert.Contains($"belongs to the file 'model.bin' ({uploaded.Id})", Assert.Single(_notices), StringComparison.Ordinal);
        await RequireRegisteredOnceAsync(uploaded);
    }

    [Fact]
    public async Task Removing_one_whose_file_is_in_the_Trash_keeps_its_object()
    {
        var uploaded = await KillAfterRegistrationAsync();
        var record = await _session.Client.Files.GetAsync(uploaded.Id, default);
        await _session.Client.Folders.TrashAsync(uploaded.FolderId, [uploaded.Id], [], default);
        await RemoveOnlyAsync();
        Assert.Contains("stays in the storage", Assert.Single(_notices), StringComparison.Ordinal);
        await using var engine = NewEngine();
        var received = await _session.Library.DownloadAsync(engine, record, _folder.File("received"), overwrite: true, default);
        Assert.Equal(Integrity.Verified, received.Integrity);
    }

    [Fact]
    public async Task Removing_one_that_could_not_be_registered_deletes_its_object()
    {
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"^/api/v3/files/$","fault":"status","status":403}""");
        await using var engine = NewEngine();
        await Assert.ThrowsAsync<RescaleException>(() => UploadAsync(engine, default));
        await _sandbox.ClearFaultsAsync();
        var transfer = Assert.Single(await ListAsync());
        await using var stores = await Storage.AccountStores.OpenAsync(_sandbox);
        await stores.Store.GetPropertiesAsync(transfer.ObjectKey!, default);
        await RemoveOnlyAsync();
        Assert.Empty(_notices);
        var gone = await Assert.ThrowsAsync<RescaleException>(() => stores.Store.GetPropertiesAsync(transfer.ObjectKey!, default));
        Assert.Equal(ErrorIds.ObjectNotFound, gone.ErrorId);
    }

    [Theory]
    [InlineData("account", "belongs to the user 'another@example.org'")]
    [InlineData("storage", "went to the storage 'other/")]
    [InlineData("container", "/other'")]
    [InlineData("key", "another place in the storage")]
    [InlineData("platform", "belongs to https://other.example/")]
    public async Task One_of_another_place_is_neither_continued_nor_cleaned_up(string what, string why)
    {
        await StopAsync();
        var id = Rewrite(checkpoint => what switch
        {
            "account" => checkpoint with { Description = checkpoint.Description with { Account = "another@example.org" } },
            "storage" => checkpoint with { Description = checkpoint.Description with { StorageId = "other" } },
            "container" => checkpoint with { Description = checkpoint.Description with { Container = "other" } },
            "platform" => checkpoint with { Description = checkpoint.Description with { Platform = "https://other.example/" } },
            _ => checkpoint with { Key = "elsewhere/" + checkpoint.Key },
        });
        await using var engine = NewEngine();
        var resuming = await Assert.ThrowsAsync<RescaleException>(() => _session.Library.ResumeAsync(engine, id, false, null, null, default));
        var removing = await Assert.ThrowsAsync<RescaleException>(() => _session.Library.RemoveAsync(id, _notices.Add, default));
        Assert.All([resuming, removing], failure =>
        {
            Assert.Equal(ErrorIds.TransferNotResumable, failure.ErrorId);
            Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        });
        // Its parts are still there, and so is what knows of them.
        await using var stores = await Storage.AccountStores.OpenAsync(_sandbox);
        Assert.Single(await stores.Store.ListUploadsAsync("", default).ToListAsync());
        Assert.NotNull(new CheckpointFolder(State).Find(id));
    }

    [Fact]
    public async Task Another_user_of_the_same_bucket_begins_one_of_their_own()
    {
        await StopAsync();
        var id = Rewrite(static checkpoint => checkpoint with
        {
            RemoteId = checkpoint.RemoteId.Replace("user@sandbox.localhost", "another@example.org", StringComparison.Ordinal),
            Description = checkpoint.Description with { Account = "another@example.org" },
        });
        await using var engine = NewEngine();
        Assert.Equal(0, (await UploadAsync(engine, default)).ResumedBytes);
        Assert.Equal(id, Assert.Single(await ListAsync()).Id);
    }

    [Fact]
    public async Task A_partial_file_that_cannot_be_deleted_is_told_and_the_checkpoint_stays()
    {
        var partial = Directory.CreateDirectory(_folder.File(".0123456789abcdef.rescale-part")).FullName;
        await File.WriteAllTextAsync(Path.Combine(partial, "in the way"), "");
        var identity = Transfers.Checkpoints.CheckpointTesting.Identity(new CheckpointFolder(State), _folder.File("received"));
        var id = Write(
            new DownloadCheckpoint
            {
                LocalPath = identity.LocalPath,
                RemoteId = identity.RemoteId,
                Description = identity.Description,
                Begun = DateTimeOffset.UtcNow,
                Key = "key",
                ETag = "etag",
                ObjectLength = 32,
                PlainLength = 20,
                Format = ObjectFormat.Chained,
                ChunkSize = 16,
                KeyFingerprint = new byte[8],
                PartialFile = partial,
            });
        var failure = await Assert.ThrowsAsync<RescaleException>(() => _session.Library.RemoveAsync(id, _notices.Add, default));
        Assert.Equal(ErrorIds.DestinationUnwritable, failure.ErrorId);
        Assert.NotNull(new CheckpointFolder(State).Find(id));
    }

    [Fact]
    public async Task Its_tags_are_set_when_it_is_continued_without_its_command()
    {
        await StopAsync(new UploadOptions { Tags = ["cfd", "run 7"] });
        await using var engine = NewEngine();
        var resumed = await _session.Library.ResumeAsync(engine, Assert.Single(await ListAsync()).Id, false, null, null, default);
        Assert.True(resumed.Uploaded!.ResumedBytes > 0);
        Assert.Empty(resumed.Uploaded.MissedTags);
        Assert.Equal(["cfd", "run 7"], await TagsOfAsync(resumed.Uploaded.Id));
    }

    [Fact]
    public async Task Tags_that_a_kill_has_cut_off_are_set_by_the_next_run()
    {
        var first = await KillAfterRegistrationAsync();
        Assert.Empty(await TagsOfAsync(first.Id));
        await using var engine = NewEngine();
        var second = await UploadAsync(engine, default, new UploadOptions { Tags = ["cfd"] });
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(["cfd"], await TagsOfAsync(first.Id));
    }

    [Fact]
    public async Task Without_its_checkpoint_it_is_an_orphan_that_can_be_removed()
    {
        await StopAsync();
        Directory.Delete(Path.Combine(_sandbox.StateHome, "transfers"), recursive: true);
        var orphan = Assert.Single(await ListAsync());
        Assert.Equal((UnfinishedState.Orphaned, "model.bin"), (orphan.State, orphan.Name));
        await using var engine = NewEngine();
        var failure = await Assert.ThrowsAsync<RescaleException>(() => _session.Library.ResumeAsync(engine, orphan.Id, false, null, null, default));
        Assert.Equal(ErrorIds.TransferNotFound, failure.ErrorId);
        await _session.Library.RemoveAsync(orphan.Id, null, default);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Without_resume_a_stop_leaves_nothing()
    {
        await StopAsync(new UploadOptions { NoResume = true });
        Assert.Empty(await ListAsync());
    }

    private string State => Path.Combine(_sandbox.StateHome, "transfers");

    private async Task RemoveOnlyAsync()
    {
        await _session.Library.RemoveAsync(Assert.Single(await ListAsync()).Id, _notices.Add, TestContext.Current.CancellationToken);
        Assert.Empty(await ListAsync());
    }

    /// <summary>The file is registered, and the checkpoint does not know it.</summary>
    private async Task<UploadedFile> KillAfterRegistrationAsync()
    {
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"^/api/v3/files/$","fault":"latency","milliseconds":5000}""");
        await using var engine = NewEngine();
        var upload = UploadAsync(engine, default);
        await Transfers.Waiting.UntilAsync(() => new CheckpointFolder(State).List().Any(transfer => transfer.IsCommitted));
        // What a kill in this moment leaves behind.
        var left = Directory.GetFiles(State).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(file => file, File.ReadAllBytes);
        var uploaded = await upload;
        await _sandbox.ClearFaultsAsync();
        foreach (var (file, bytes) in left) await File.WriteAllBytesAsync(file, bytes);
        return uploaded;
    }

    /// <summary>Puts another checkpoint in the place of the only one.</summary>
    /// <returns>Its id.</returns>
    private string Rewrite(Func<UploadCheckpoint, UploadCheckpoint> change)
    {
        var folder = new CheckpointFolder(State);
        var id = Assert.Single(folder.List()).Id;
        var changed = change(folder.Read(id).Envelope!.As<UploadCheckpoint>()!);
        folder.DeleteFiles(id);
        return Write(changed);
    }

    private string Write<T>(T checkpoint)
        where T : Checkpoint, ICheckpointKind<T>
    {
        Directory.CreateDirectory(State);
        var id = CheckpointFolder.IdOf(T.Direction, checkpoint.LocalPath, checkpoint.RemoteId);
        File.WriteAllBytes(new CheckpointFolder(State).PathOf(id, 1), CheckpointEnvelope.Write(checkpoint, 1, DateTimeOffset.UtcNow).Span);
        return id;
    }

    private async Task<IEnumerable<string>> TagsOfAsync(string fileId)
    {
        using var http = new HttpClient(HttpTransport.Create(new NetworkOptions(_sandbox.Instance.CertificatePath)));
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Token {_sandbox.Instance.ApiKey}");
        using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri(_sandbox.Instance.ApiUrl, $"/api/v3/files/{fileId}/tags/")));
        return [.. answer.RootElement.EnumerateArray().Select(static tag => tag.GetProperty("name").GetString()!)];
    }

    private async Task<UploadedFile> SendArchiveAsync(TransferEngine engine, string folder, CancellationToken stop)
    {
        var archive = await FolderArchive.CreateAsync(folder, new ArchiveOptions { Compression = TarCompression.Gzip }, stop);
        return await _session.Library.UploadAsync(engine, archive.Bytes, archive.Name, null, new UploadOptions(), stop);
    }

    private async Task StopAsync(UploadOptions? options = null, Func<TransferEngine, CancellationToken, Task<UploadedFile>>? send = null)
    {
        await _sandbox.SetFaultsAsync(StallThirdRequest);
        await using var engine = NewEngine();
        using var stop = new CancellationTokenSource();
        var upload = send is null ? UploadAsync(engine, stop.Token, options) : send(engine, stop.Token);
        await Transfers.Waiting.UntilAsync(() => engine.GetProgress().BytesDone >= 2 * Part || upload.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
        await _sandbox.ClearFaultsAsync();
    }

    private async Task<UploadedFile> UploadAsync(TransferEngine engine, CancellationToken stop, UploadOptions? options = null)
    {
        using var source = new LocalFileSource(_folder.File("model.bin"));
        return await _session.Library.UploadAsync(engine, source, "model.bin", null, options ?? new UploadOptions(), stop);
    }

    private async Task RequireRegisteredOnceAsync(UploadedFile uploaded)
    {
        Assert.Equal(Convert.ToHexStringLower(SHA512.HashData(_content)), uploaded.Sha512);
        var record = Assert.Single(await _session.Client.Files.ListAsync(default).ToListAsync());
        Assert.Equal(uploaded.Id, record.Id);
        await using var engine = NewEngine();
        var received = await _session.Library.DownloadAsync(engine, record, _folder.File("received"), overwrite: true, default);
        Assert.Equal(Integrity.Verified, received.Integrity);
    }

    private async Task<IReadOnlyList<UnfinishedTransfer>> ListAsync() =>
        await _session.Library.ListTransfersAsync(TestContext.Current.CancellationToken).ToListAsync();

    private TransferEngine NewEngine() => _session.CreateEngine(new TransferOptions(Connections: 3) { PartSize = Part });
}
