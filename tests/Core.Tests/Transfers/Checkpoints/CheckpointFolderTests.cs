using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Core.Tests.Transfers.Checkpoints;

public sealed class CheckpointFolderTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly CheckpointFolder _folder;

    public CheckpointFolderTests() => _folder = new CheckpointFolder(_home.File("transfers"));

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_folder_that_cannot_be_looked_into_is_not_taken_for_an_empty_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using var place = new TemporaryFolder();
        Assert.Empty(new CheckpointFolder(place.File("not/made/yet")).List());
        File.CreateSymbolicLink(place.File("circle"), place.File("circle"));
        var failure = Assert.Throws<RescaleException>(() => new CheckpointFolder(place.File("circle/transfers")).List());
        Assert.Equal(ErrorIds.TransferStateUnreadable, failure.ErrorId);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_empty() => Assert.Empty(_folder.List());

    [Fact]
    public async Task An_upload_is_listed_with_what_a_clean_up_needs()
    {
        var identity = CheckpointTesting.Identity(_folder);
        await using var file = await CheckpointFile<UploadCheckpoint>.OpenAsync(identity, TimeProvider.System, default);
        await file.FlushAsync(() => CheckpointTesting.Upload(identity, 3));
        var listed = Assert.Single(_folder.List());
        Assert.Equal(
            (TransferDirection.Upload, "/data/a.bin", 4800L, 10_000L, "base/a.bin-suffix", "upload-1", true, null),
            (listed.Direction, listed.LocalPath, listed.BytesDone, listed.BytesTotal, listed.ObjectKey, listed.UploadId, listed.IsInUse, listed.Problem));
        Assert.Equal(listed, _folder.Find(listed.Id));
        await file.DisposeAsync();
        Assert.False(_folder.Find(listed.Id)!.IsInUse);
    }

    [Fact]
    public async Task A_download_is_listed_with_its_partial_file()
    {
        var identity = CheckpointTesting.Identity(_folder);
        await using var file = await CheckpointFile<DownloadCheckpoint>.OpenAsync(identity, TimeProvider.System, default);
        await file.FlushAsync(() => new DownloadCheckpoint
        {
            LocalPath = identity.LocalPath, RemoteId = identity.RemoteId, Description = identity.Description, Begun = DateTimeOffset.UnixEpoch,
            Key = "key", ETag = "\"e\"", ObjectLength = 32, PlainLength = 20, Format = ObjectFormat.Chained, ChunkSize = 16,
            KeyFingerprint = new byte[8], PartialFile = "/data/.0123.rescale-part", Received = 16, Finished = [1], Checksums = [7, 0, 0, 0],
        });
        Assert.Equal([7, 0, 0, 0], file.Load().State!.Checksums);
        var listed = Assert.Single(_folder.List());
        Assert.Equal((TransferDirection.Download, "/data/.0123.rescale-part", 16L, 20L), (listed.Direction, listed.PartialFile, listed.BytesDone, listed.BytesTotal));
    }

    [Fact]
    public async Task What_cannot_be_used_is_listed_with_the_reason_and_other_files_are_not()
    {
        var identity = CheckpointTesting.Identity(_folder);
        await using (var file = await CheckpointFile<UploadCheckpoint>.OpenAsync(identity, TimeProvider.System, default))
            await file.FlushAsync(() => CheckpointTesting.Upload(identity, 3));
        var own = Assert.Single(_folder.List()).Id;
        var foreign = new string('a', 32);
        var torn = new string('b', 32);
        File.Copy(_folder.PathOf(own, 1), _folder.PathOf(foreign, 1));
        await File.WriteAllTextAsync(_folder.PathOf(torn, 2), "{\"vers");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "model.upload.resume"), "another tool's");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, new string('c', 32) + ".lock"), "");
        var listed = _folder.List().ToDictionary(transfer => transfer.Id, transfer => transfer.Problem);
        Assert.Equal(3, listed.Count);
        Assert.Equal((null, "it belongs to another transfer", "it is torn"), (listed[own], listed[foreign], listed[torn]));
        Assert.Null(_folder.Find(new string('d', 32)));
        Assert.Null(_folder.Find("../x"));
    }

    [Fact]
    public async Task One_in_use_is_not_deleted()
    {
        var identity = CheckpointTesting.Identity(_folder);
        await using var file = await CheckpointFile<UploadCheckpoint>.OpenAsync(identity, TimeProvider.System, default);
        await file.FlushAsync(() => CheckpointTesting.Upload(identity, 1));
        var id = Assert.Single(_folder.List()).Id;
        Assert.Equal(ErrorIds.TransferInUse, (await Assert.ThrowsAsync<RescaleException>(() => _folder.RemoveAsync(id, _ => Task.CompletedTask, default))).ErrorId);
        await file.DisposeAsync();
        Assert.True(await _folder.RemoveAsync(id, _ => Task.CompletedTask, default));
        Assert.False(await _folder.RemoveAsync(id, _ => Task.CompletedTask, default));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Listing_while_it_is_begun_and_ended_disturbs_nobody()
    {
        var identity = CheckpointTesting.Identity(_folder);
        using var done = new CancellationTokenSource();
        var listing = Task.Run(() =>
        {
            while (!done.IsCancellationRequested) _ = _folder.List();
        });
        for (var i = 0; i < 100; i++)
        {
            await using var file = await CheckpointFile<UploadCheckpoint>.OpenAsync(identity, TimeProvider.System, default);
            await file.FlushAsync(() => CheckpointTesting.Upload(identity, 1));
        }

        await done.CancelAsync();
        await listing;
    }
}
