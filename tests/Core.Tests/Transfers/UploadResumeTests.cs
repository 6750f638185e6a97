using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Core.Tests.Transfers;

public sealed class UploadResumeTests
{
    private const int Part = ResumeFixture.Part;
    private const int Parts = 10;

    public static TheoryData<int> EveryPart => [.. Enumerable.Range(0, Parts)];

    [Theory]
    [MemberData(nameof(EveryPart))]
    public async Task After_a_failure_that_passes_only_the_missing_parts_travel(int failing)
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, failing, connections: 3);
        var there = await fixture.StoredPartsAsync();
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting, connections: 3);

        Assert.Equal(Parts - there.Count, counting.Requests(StoreOperation.Part));
        Assert.Equal(0, counting.Requests(StoreOperation.Begin));
        Assert.Equal(there.Sum(part => part.PartNumber == Parts ? 777L : Part), uploaded.ResumedBytes);
        Assert.Contains($"{uploaded.ResumedBytes} of {fixture.Content.Length} bytes", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(StoreOperation.Part, 0)]
    [InlineData(StoreOperation.Part, 4)]
    [InlineData(StoreOperation.Part, 9)]
    [InlineData(StoreOperation.Commit, 0)]
    public async Task After_a_stop_it_goes_on(StoreOperation operation, int skip)
    {
        await using var fixture = new ResumeFixture(Parts);
        using var stop = new CancellationTokenSource();
        var stalling = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(operation, StoreFaultKind.Stall, Skip: skip));
        var run = fixture.RunAsync(stalling, stop: stop.Token);
        await stalling.Stalled.WaitAsync(EngineFixture.Patience);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(EngineFixture.Patience));
        Assert.Equal(1, fixture.Memory.UnfinishedUploads);

        var there = await fixture.StoredPartsAsync();
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal(Parts - there.Count, counting.Requests(StoreOperation.Part));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task It_may_fail_again_and_again(int seed)
    {
        await using var fixture = new ResumeFixture(30, seed);
        var store = new FaultInjectingObjectStore(fixture.Memory, seed,
            new StoreFault(StoreOperation.Part, StoreFaultKind.LoseReply, Probability: 0.05),
            new StoreFault(StoreOperation.Part, StoreFaultKind.Before, Probability: 0.1),
            new StoreFault(StoreOperation.Commit, StoreFaultKind.LoseReply, Times: 1));
        for (var run = 1; ; run++)
        {
            Assert.True(run < 200, $"seed {seed}");
            try
            {
                await fixture.RequireWholeAsync(await fixture.RunAsync(store, connections: 4));
                return;
            }
            catch (RescaleException failure) when (failure.ErrorId == ErrorIds.StorageUnreachable)
            {
            }
        }
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_not_repeated()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Commit, 0, StoreFaultKind.LoseReply);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal(1, counting.AllRequests);
        Assert.Equal(1, counting.Requests(StoreOperation.Properties));
        Assert.Equal(fixture.Content.Length, uploaded.ResumedBytes);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task A_commit_that_did_not_happen_needs_no_second_reading()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Commit, 0);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal((0, 1), (counting.Requests(StoreOperation.Part), counting.Requests(StoreOperation.Commit)));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task Credentials_that_may_not_list_do_not_lock_it()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Commit, 0);
        var refusing = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(StoreOperation.Properties, StoreFaultKind.Before, Failure: StoreFault.NotKnown));
        var counting = new CountingObjectStore(refusing);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal((0, 1), (counting.Requests(StoreOperation.Part), counting.Requests(StoreOperation.Commit)));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(true, "it belongs to a file", false)]
    [InlineData(false, "not known whether anybody needs it", false)]
    public async Task An_object_of_a_source_that_has_changed_since_is_deleted_or_told_of(bool asks, string? why, bool deleted)
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Commit, 0, StoreFaultKind.LoseReply);
        var first = Assert.Single(fixture.Memory.Keys);
        LeftObject? asked = null;
        if (asks)
        {
            fixture.WhyKeep = left =>
            {
                asked = left;
                return Task.FromResult(why);
            };
        }

        fixture.Content = EngineFixture.RandomBytes(fixture.Content.Length + 1, 2);
        await File.WriteAllBytesAsync(fixture.Source, fixture.Content);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Equal(asks ? first : null, asked?.Key);
        Assert.Equal(!deleted, fixture.Memory.Keys.Contains(first));
        if (why is not null)
        {
            var notice = Assert.Single(fixture.Notices, notice => notice.Contains(why, StringComparison.Ordinal));
            Assert.Contains($"'{first}'", notice, StringComparison.Ordinal);
            await fixture.Memory.DeleteAsync(first, default);
        }

        await fixture.RequireWholeAsync(uploaded);
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
    public async Task An_answer_of_something_in_between_keeps_what_was_sent()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
        var between = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Before,
            Failure: () => new RescaleException(ErrorIds.StorageRejected, ErrorKind.Protocol, "302") { StatusCode = 302 }));
        await Assert.ThrowsAsync<RescaleException>(() => fixture.RunAsync(between));
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal(Parts - 6, counting.Requests(StoreOperation.Part));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task A_failure_after_the_commit_repeats_only_what_follows_it()
    {
        await using var fixture = new ResumeFixture(Parts);
        fixture.OnCommitted = _ => throw new RescaleException(ErrorIds.FolderNotFound, ErrorKind.NotFound, "no such folder");
        await Assert.ThrowsAsync<RescaleException>(() => fixture.RunAsync(fixture.Memory));
        Assert.True(Assert.Single(fixture.Checkpoints.List()).IsCommitted);
        fixture.OnCommitted = null;
        fixture.HandedOver.Clear();
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal(1, counting.AllRequests);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task A_beginning_whose_answer_was_lost_leaves_no_upload_behind()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Begin, 0, StoreFaultKind.LoseReply);
        Assert.Equal(1, fixture.Memory.UnfinishedUploads);
        await fixture.RequireWholeAsync(await fixture.RunAsync(fixture.Memory));
        Assert.Empty(fixture.Notices);
    }

    [Fact]
    public async Task A_part_that_the_store_holds_differently_travels_again()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
        var upload = (await fixture.UnfinishedAsync())!;
        var there = await fixture.StoredPartsAsync();
        await fixture.Memory.WritePartAsync(upload, there[1].PartNumber, new byte[there[1].Length], default);
        await fixture.Memory.WritePartAsync(upload, there[3].PartNumber, new byte[16], default);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal(Parts - 4, counting.Requests(StoreOperation.Part));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task An_upload_that_the_store_has_forgotten_begins_anew_and_says_why()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
        await fixture.Memory.AbortAsync((await fixture.UnfinishedAsync())!, default);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal((Parts, 0L), (counting.Requests(StoreOperation.Part), uploaded.ResumedBytes));
        Assert.Contains("no longer knows it", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task A_source_changed_in_a_part_that_was_sent_is_found_by_its_checksum(int index)
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
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
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
        // Another failure than one that may come from the store: the share is gone.
        var gone = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Before,
            Failure: () => new RescaleException(ErrorIds.SourceUnreadable, ErrorKind.LocalFile, "the share is gone", "Bring it back.")));
        await Assert.ThrowsAsync<RescaleException>(() => fixture.RunAsync(gone));
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal(Parts - 6, counting.Requests(StoreOperation.Part));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(-1, "bytes then")]
    [InlineData(1, "bytes then")]
    [InlineData(0, "written to or replaced")]
    public async Task A_source_that_is_another_one_begins_anew(int longer, string why)
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
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
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
        await File.WriteAllBytesAsync(fixture.Source, [1, 2, 3]);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Equal((3, 1), (uploaded.Length, uploaded.Parts));
        Assert.Empty(fixture.CheckpointFiles);
        Assert.Equal(0, fixture.Memory.UnfinishedUploads);
        // Whoever asked for it goes on by itself.
        Assert.Empty(fixture.HandedOver);
    }

    [Fact]
    public async Task The_plan_of_the_beginning_wins_over_other_options()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting, partSize: 48 << 10);
        Assert.Equal(Parts - 6, counting.Requests(StoreOperation.Part));
        Assert.Equal("65536", fixture.Memory.GetMetadata(uploaded.Key)["partsize"]);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task The_plan_wins_even_where_the_file_would_now_be_one_part()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting, partSize: 16 << 20);
        Assert.Equal(Parts - 6, counting.Requests(StoreOperation.Part));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task Another_format_begins_anew()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
        fixture.Format = ObjectFormat.Whole;
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("another format", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        Assert.Equal(["iv"], fixture.Memory.GetMetadata(uploaded.Key).Keys);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task A_checkpoint_behind_the_store_costs_some_parts_and_nothing_else()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 3);
        var old = fixture.CheckpointFiles.ToDictionary(file => file, File.ReadAllBytes);
        await FailAsync(fixture, StoreOperation.Part, 4);
        foreach (var file in fixture.CheckpointFiles) File.Delete(file);
        foreach (var (file, bytes) in old) await File.WriteAllBytesAsync(file, bytes);
        Assert.Equal(7, (await fixture.StoredPartsAsync()).Count);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal(Parts - 3, counting.Requests(StoreOperation.Part));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_torn_generation_falls_back_to_the_other(int generation)
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 3);
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
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 3);
        foreach (var file in fixture.CheckpointFiles) await File.WriteAllTextAsync(file, "{");
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("it is torn", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        Assert.Equal([uploaded.Key], fixture.Memory.Keys);
        Assert.Empty(fixture.CheckpointFiles);
        // Nobody knows the earlier upload any more; it is found by listing.
        Assert.Equal(1, fixture.Memory.UnfinishedUploads);
    }

    [Fact]
    public async Task Two_engines_cannot_be_at_the_same()
    {
        await using var fixture = new ResumeFixture(Parts);
        using var stop = new CancellationTokenSource();
        var stalling = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Stall, Skip: 2));
        var run = fixture.RunAsync(stalling, stop: stop.Token);
        await stalling.Stalled.WaitAsync(EngineFixture.Patience);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.RunAsync(fixture.Memory));
        Assert.Equal(ErrorIds.TransferInUse, failure.ErrorId);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(EngineFixture.Patience));
        await fixture.RequireWholeAsync(await fixture.RunAsync(fixture.Memory));
    }

    [Theory]
    [InlineData(StoreOperation.Part)]
    [InlineData(StoreOperation.Commit)]
    public async Task A_failure_that_cannot_pass_cleans_both_ends(StoreOperation operation)
    {
        await using var fixture = new ResumeFixture(Parts);
        var faulty = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(operation, StoreFaultKind.Before, Failure: StoreFault.Changed));
        await Assert.ThrowsAsync<RescaleException>(() => fixture.RunAsync(faulty));
        Assert.Empty(fixture.CheckpointFiles);
        Assert.Equal(0, fixture.Memory.UnfinishedUploads);
        Assert.Empty(fixture.Memory.Keys);
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_again_keeps_what_is_there()
    {
        await using var fixture = new ResumeFixture(Parts);
        await FailAsync(fixture, StoreOperation.Part, 6);
        await FailAsync(fixture, StoreOperation.Part, 0);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal(Parts - 6, counting.Requests(StoreOperation.Part));
        await fixture.RequireWholeAsync(uploaded);
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

    private static async Task FailAsync(
        ResumeFixture fixture, StoreOperation operation, int skip, StoreFaultKind kind = StoreFaultKind.Before, int connections = 1)
    {
        var faulty = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(operation, kind, Skip: skip));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.RunAsync(faulty, connections));
        Assert.Equal(ErrorIds.StorageUnreachable, failure.ErrorId);
        Assert.NotEmpty(fixture.CheckpointFiles);
        fixture.Notices.Clear();
    }
}
