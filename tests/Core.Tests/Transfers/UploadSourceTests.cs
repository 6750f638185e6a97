using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>Uploads that go on while their source is no longer what it was.</summary>
public sealed class UploadSourceTests
{
    private const int Part = ResumeFixture.Part;
    private const int Parts = ResumeFixture.DefaultParts;

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_source_changed_in_a_part_that_was_sent_is_found_by_its_checksum(int index)
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        // The parts race each other to the only connection.
        var part = (await fixture.StoredPartsAsync())[index].PartNumber;
        var written = File.GetLastWriteTimeUtc(fixture.Source);
        fixture.Content[(part - 1) * Part + 100] ^= 1;
        await using (var file = new FileStream(fixture.Source, FileMode.Open, FileAccess.Write))
            file.Write(fixture.Content);
        File.SetLastWriteTimeUtc(fixture.Source, written);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("no longer what was sent", fixture.Notices[^1], StringComparison.Ordinal);
        Assert.Equal(0, uploaded.ResumedBytes);
        // What was taken over and then given up is not counted with what was sent instead.
        Assert.Equal((fixture.Content.Length, fixture.Content.Length), (fixture.LastProgress!.BytesDone, fixture.LastProgress.BytesTotal));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_for_now_keeps_what_was_sent()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        // Another failure than one that may come from the store: the share is gone.
        var gone = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Before,
            Failure: () => new RescaleException(ErrorIds.SourceUnreadable, ErrorKind.LocalFile, "the share is gone", "Bring it back.")));
        await Assert.ThrowsAsync<RescaleException>(() => fixture.RunAsync(gone));
        await fixture.FinishAsync(Parts - 6);
    }

    [Theory]
    [InlineData(-1, "bytes then")]
    [InlineData(1, "bytes then")]
    [InlineData(0, "written to or replaced")]
    public async Task A_source_that_is_another_one_begins_anew(int longer, string why)
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        fixture.Content = EngineFixture.RandomBytes(fixture.Content.Length + longer, 2);
        await File.WriteAllBytesAsync(fixture.Source, fixture.Content);
        File.SetLastWriteTimeUtc(fixture.Source, DateTime.UtcNow.AddHours(1));
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains(why, Assert.Single(fixture.Notices), StringComparison.Ordinal);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task A_source_that_has_become_small_begins_anew_without_a_checkpoint()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        await File.WriteAllBytesAsync(fixture.Source, [1, 2, 3]);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Equal((3, 1), (uploaded.Length, uploaded.Parts));
        Assert.Empty(fixture.CheckpointFiles);
        Assert.Equal(0, fixture.Memory.UnfinishedUploads);
        // Whoever asked for it goes on by itself.
        Assert.Empty(fixture.HandedOver);
    }
}
