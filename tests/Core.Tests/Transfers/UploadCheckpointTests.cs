using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>What uploads write about themselves, and what becomes of them when that is old, torn or not to be written.</summary>
public sealed class UploadCheckpointTests
{
    private const int Part = ResumeFixture.Part;
    private const int Parts = ResumeFixture.DefaultParts;

    [Fact]
    public async Task A_checkpoint_behind_the_store_costs_some_parts_and_nothing_else()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 3);
        var old = fixture.CheckpointFiles.ToDictionary(file => file, File.ReadAllBytes);
        await fixture.FailAsync(StoreOperation.Part, 4);
        foreach (var file in fixture.CheckpointFiles) File.Delete(file);
        foreach (var (file, bytes) in old) await File.WriteAllBytesAsync(file, bytes);
        Assert.Equal(7, (await fixture.StoredPartsAsync()).Count);
        await fixture.FinishAsync(Parts - 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_torn_generation_falls_back_to_the_other(int generation)
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 3);
        var id = Assert.Single(fixture.Checkpoints.List()).Id;
        var both = new[] { 1, 2 }.Select(one => fixture.Checkpoints.PathOf(id, one)).ToArray();
        if (!File.Exists(both[1])) File.Copy(both[0], both[1]);
        await File.WriteAllBytesAsync(both[generation - 1], (await File.ReadAllBytesAsync(both[generation - 1]))[..^40]);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("continued at", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task With_both_torn_it_says_so_and_begins_anew()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 3);
        foreach (var file in fixture.CheckpointFiles) await File.WriteAllTextAsync(file, "{");
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("it is torn", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        Assert.Equal([uploaded.Key], fixture.Memory.Keys);
        Assert.Empty(fixture.CheckpointFiles);
        // Nobody knows the earlier upload any more; it is found by listing.
        Assert.Equal(1, fixture.Memory.UnfinishedUploads);
    }

    [Fact]
    public async Task Without_any_save_that_succeeded_nothing_is_kept_of_it()
    {
        await using var fixture = new ResumeFixture(Parts);
        // Where a checkpoint would be written, something else is.
        var id = CheckpointFolder.IdOf(UploadCheckpoint.Direction, fixture.Identity.LocalPath, fixture.Identity.RemoteId);
        foreach (var generation in new[] { 1, 2 }) Directory.CreateDirectory(fixture.Checkpoints.TemporaryPathOf(id, generation));
        var faulty = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Before, Skip: 3));
        await Assert.ThrowsAsync<RescaleException>(() => fixture.RunAsync(faulty));
        Assert.Equal(0, fixture.Memory.UnfinishedUploads);
        Assert.Contains("could not be continued", fixture.Notices[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_written_stops_no_upload()
    {
        await using var fixture = new ResumeFixture(Parts);
        await File.WriteAllTextAsync(fixture.Checkpoints.Path, "a file where the folder should be");
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("could not be continued", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        Assert.Equal([uploaded.Key], fixture.Memory.Keys);
    }

    [Fact]
    public async Task A_stream_has_no_checkpoint_and_is_aborted()
    {
        await using var fixture = new ResumeFixture(Parts);
        await using var engine = new TransferEngine(new TransferOptions(Connections: 1, MemoryLimit: 64L << 20) { PartSize = Part });
        var faulty = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Before, Skip: 3));
        await Assert.ThrowsAsync<RescaleException>(() => engine.UploadAsync(
            new UploadRequest { Source = new ForwardSource(fixture.Content), Store = faulty, Key = "key", Resume = fixture.Identity }, default));
        Assert.Empty(fixture.CheckpointFiles);
        Assert.Equal(0, fixture.Memory.UnfinishedUploads);
    }

    [Fact]
    public async Task A_file_of_one_part_has_no_checkpoint()
    {
        await using var fixture = new ResumeFixture(1);
        await fixture.RunAsync(fixture.Memory);
        Assert.False(Directory.Exists(fixture.Checkpoints.Path));
    }
}
