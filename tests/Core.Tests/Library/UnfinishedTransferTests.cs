using System.Security.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
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
        var continued = new List<(long Done, long Total)>();
        var resumed = await _session.Library.ResumeAsync(engine, transfer.Id, overwrite: false, null, (done, total) => continued.Add((done, total)), TestContext.Current.CancellationToken);
        Assert.True(resumed.Uploaded!.ResumedBytes > 0);
        Assert.Equal((resumed.Uploaded.ResumedBytes, _content.Length), Assert.Single(continued));
        Assert.Empty(await ListAsync());
        await RequireRegisteredOnceAsync(resumed.Uploaded);
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
        var state = Path.Combine(_sandbox.StateHome, "transfers");
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"^/api/v3/files/$","fault":"latency","milliseconds":5000}""");
        await using var engine = NewEngine();
        var upload = UploadAsync(engine, default);
        await Transfers.Waiting.UntilAsync(() => new CheckpointFolder(state).List().Any(transfer => transfer.IsCommitted));
        // What a kill in this moment leaves behind.
        var left = Directory.GetFiles(state).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(file => file, File.ReadAllBytes);
        var first = await upload;
        await _sandbox.ClearFaultsAsync();
        foreach (var (file, bytes) in left) await File.WriteAllBytesAsync(file, bytes);

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
        await _session.Library.RemoveAsync(transfer.Id, TestContext.Current.CancellationToken);
        Assert.Empty(await ListAsync());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_sandbox.StateHome, "transfers")));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => _session.Library.RemoveAsync(transfer.Id, default));
        Assert.Equal(ErrorIds.TransferNotFound, failure.ErrorId);
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
        await _session.Library.RemoveAsync(orphan.Id, default);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Without_resume_a_stop_leaves_nothing()
    {
        await StopAsync(new UploadOptions { NoResume = true });
        Assert.Empty(await ListAsync());
    }

    private async Task StopAsync(UploadOptions? options = null)
    {
        await _sandbox.SetFaultsAsync(StallThirdRequest);
        await using var engine = NewEngine();
        using var stop = new CancellationTokenSource();
        var upload = UploadAsync(engine, stop.Token, options);
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
