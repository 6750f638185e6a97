using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers.Checkpoints;

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
        await ChangeUnseenAsync(fixture, (part - 1) * Part + 100);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("no longer what was sent", fixture.Notices[^1], StringComparison.Ordinal);
        Assert.Equal(0, uploaded.ResumedBytes);
        // What was taken over and then given up is not counted with what was sent instead.
        Assert.Equal((fixture.Content.Length, fixture.Content.Length), (fixture.LastProgress!.BytesDone, fixture.LastProgress.BytesTotal));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task A_source_changed_in_a_part_that_was_not_sent_is_found_by_the_part_behind_it(int part)
    {
        // All parts were sent, each chained to the one before it, and then the store lost one.
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Commit, 0);
        await fixture.Memory.WritePartAsync((await fixture.UnfinishedAsync())!, part, new byte[16], default);
        await ChangeUnseenAsync(fixture, (part - 1) * Part + 100);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("no longer what was sent", fixture.Notices[^1], StringComparison.Ordinal);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task What_was_hashed_is_forgotten_with_a_part_that_has_to_travel_again()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Commit, 0);
        Assert.NotNull(await NotedHashAsync(fixture));
        var upload = (await fixture.UnfinishedAsync())!;
        foreach (var part in (int[])[3, 6])
            await fixture.Memory.WritePartAsync(upload, part, new byte[16], default);
        await fixture.FailAsync(StoreOperation.Part, 1);
        Assert.Null(await NotedHashAsync(fixture));
        await fixture.FinishAsync(1);
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

    private static async Task ChangeUnseenAsync(ResumeFixture fixture, int offset)
    {
        var written = File.GetLastWriteTimeUtc(fixture.Source);
        fixture.Content[offset] ^= 1;
        await using (var file = new FileStream(fixture.Source, FileMode.Open, FileAccess.Write))
            file.Write(fixture.Content);
        File.SetLastWriteTimeUtc(fixture.Source, written);
    }

    private static async Task<string?> NotedHashAsync(ResumeFixture fixture)
    {
        await using var file = await CheckpointFile<UploadCheckpoint>.OpenAsync(fixture.Identity, TimeProvider.System, TestContext.Current.CancellationToken);
        return file.Load().State!.Sha512;
    }
}
