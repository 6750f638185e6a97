using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>Uploads of bytes that can only be read from front to back, which go on by making them again.</summary>
public sealed class MadeAgainTests(ITestOutputHelper output)
{
    private const int Part = ResumeFixture.Part;
    private const int Parts = ResumeFixture.DefaultParts;

    public static TheoryData<int, long?> EveryPart
    {
        get
        {
            var all = new TheoryData<int, long?>();
            for (var failing = 1; failing < Parts; failing++)
                all.Add(failing, failing % 2 == 0 ? null : 1 << 20);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(EveryPart))]
    public async Task Only_the_missing_parts_travel_and_nothing_is_said_of_a_length(int failing, long? most)
    {
        await using var fixture = await FailedAsync(StoreOperation.Part, failing, connections: 3, most: most);
        var there = await fixture.StoredPartsAsync();
        var listed = Assert.Single(fixture.Checkpoints.List());
        Assert.Equal((null, null), (listed.Problem, listed.BytesTotal));
        Assert.Equal(there.Sum(part => part.PartNumber == Parts ? part.Length : Part), listed.BytesDone);

        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting, connections: 3);
        Assert.Equal((0, Parts - there.Count), (counting.Requests(StoreOperation.Begin), counting.Requests(StoreOperation.Part)));
        Assert.Equal(there.Sum(part => part.PartNumber == Parts ? 777L : Part), uploaded.ResumedBytes);
        Assert.StartsWith($"continued at {listed.BytesDone} of  bytes", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        Assert.Equal(fixture.Content.Length, fixture.LastProgress!.BytesDone);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task It_may_fail_again_and_again_in_any_order_of_parts()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        await using var fixture = Forward(new ResumeFixture(30, seed));
        await fixture.FailUntilWholeAsync(seed);
    }

    [Fact]
    public async Task After_a_stop_it_goes_on()
    {
        await using var fixture = Forward(new ResumeFixture());
        using var stop = new CancellationTokenSource();
        var stalling = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Stall, Skip: 4));
        var run = fixture.RunAsync(stalling, stop: stop.Token);
        await stalling.Stalled.WaitAsync(EngineFixture.Patience, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(EngineFixture.Patience));
        await fixture.FinishAsync(Parts - (await fixture.StoredPartsAsync()).Count);
    }

    [Theory]
    [InlineData(StoreFaultKind.LoseReply, 0)]
    [InlineData(StoreFaultKind.Before, 1)]
    public async Task A_commit_that_failed_needs_nothing_made_again(StoreFaultKind kind, int commits)
    {
        await using var fixture = await FailedAsync(StoreOperation.Commit, 0, kind);
        Assert.Equal(fixture.Content.Length, Assert.Single(fixture.Checkpoints.List()).BytesTotal);
        var source = Source(fixture.Content);
        fixture.Open = () => source;
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal((0, commits, 0), (counting.Requests(StoreOperation.Part), counting.Requests(StoreOperation.Commit), source.Opened));
        Assert.Equal(fixture.Content.Length, uploaded.ResumedBytes);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task After_a_failed_commit_a_part_that_the_store_has_lost_is_made_again()
    {
        await using var fixture = await FailedAsync(StoreOperation.Commit, 0);
        var upload = (await fixture.UnfinishedAsync())!;
        await fixture.Memory.WritePartAsync(upload, 3, new byte[16], default);
        await fixture.FinishAsync(1);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 776)]
    public async Task Bytes_that_come_out_otherwise_are_found_by_the_last_block_and_begin_anew(int index, int offset)
    {
        await using var fixture = await FailedAsync(StoreOperation.Part, 6);
        var changed = (await fixture.StoredPartsAsync())[index].PartNumber;
        fixture.Content[(changed - 1) * Part + offset] ^= 1;
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.EndsWith($"although the source is the same: part {changed} differs. It begins anew.", fixture.Notices[^1], StringComparison.Ordinal);
        Assert.Equal(0, uploaded.ResumedBytes);
        Assert.Equal(fixture.Content.Length, fixture.LastProgress!.BytesDone);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(Parts * Part)]
    [InlineData(3 * Part)]
    [InlineData(2 * Part + 100)]
    [InlineData(Part)]
    [InlineData(100)]
    [InlineData(0)]
    public async Task Bytes_that_end_elsewhere_begin_anew(int length)
    {
        // All parts were sent, and then the store lost one.
        await using var fixture = await FailedAsync(StoreOperation.Commit, 0);
        fixture.Content = [.. fixture.Content.Take(length), .. EngineFixture.RandomBytes(Math.Max(0, length - fixture.Content.Length), 2)];
        await fixture.Memory.WritePartAsync((await fixture.UnfinishedAsync())!, 1, new byte[16], default);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("come out otherwise", fixture.Notices[^1], StringComparison.Ordinal);
        Assert.Equal(length, uploaded.Length);
        if (length > Part)
            await fixture.RequireWholeAsync(uploaded);
        // One part: whoever asked for it goes on by itself.
        Assert.Empty(fixture.CheckpointFiles);
        Assert.Equal(0, fixture.Memory.UnfinishedUploads);
        Assert.Equal([uploaded.Key], fixture.Memory.Keys);
    }

    [Theory]
    [InlineData("listing 2", "gzip of .NET 9", "written to or replaced since")]
    [InlineData("listing", "gzip of .NET 10", "its bytes were made by gzip of .NET 9, and gzip of .NET 10 may make others")]
    [InlineData("listing", null, "its bytes were made by gzip of .NET 9 then, and are those of the source now")]
    public async Task Another_source_or_maker_begins_anew_and_says_why(string stamp, string? maker, string why)
    {
        await using var fixture = await FailedAsync(StoreOperation.Part, 6);
        fixture.Open = maker is null
            ? () => new MemorySource(fixture.Content) { Identity = new SourceIdentity(fixture.Content.Length, stamp) }
            : () => Source(fixture.Content, stamp, maker);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Equal($"The earlier upload of '{fixture.Open().DisplayName}' cannot be continued: {why}. It begins anew.", fixture.Notices[^1].Replace("the source has been written", "written", StringComparison.Ordinal));
        Assert.Equal(0, uploaded.ResumedBytes);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task A_file_that_is_made_since_begins_anew()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        using var file = new LocalFileSource(fixture.Source);
        var stamp = (await file.GetIdentityAsync(default)).Stamp!;
        fixture.Open = () => Source(fixture.Content, stamp);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("those of the source then, and are made by gzip of .NET 9 now", fixture.Notices[^1], StringComparison.Ordinal);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_torn_generation_falls_back_to_the_other(int generation)
    {
        await using var fixture = await FailedAsync(StoreOperation.Part, 3);
        var id = Assert.Single(fixture.Checkpoints.List()).Id;
        var both = new[] { 1, 2 }.Select(one => fixture.Checkpoints.PathOf(id, one)).ToArray();
        if (!File.Exists(both[1])) File.Copy(both[0], both[1]);
        var whole = await File.ReadAllBytesAsync(both[generation - 1], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(both[generation - 1], whole[..^40], TestContext.Current.CancellationToken);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.True(uploaded.ResumedBytes > 0);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task With_both_torn_it_says_so_and_begins_anew()
    {
        await using var fixture = await FailedAsync(StoreOperation.Part, 3);
        foreach (var file in fixture.CheckpointFiles) await File.WriteAllTextAsync(file, "{", TestContext.Current.CancellationToken);
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("it is torn", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        Assert.Equal([uploaded.Key], fixture.Memory.Keys);
        Assert.Empty(fixture.CheckpointFiles);
    }

    [Fact]
    public async Task The_plan_of_the_beginning_wins_over_another_part_size()
    {
        await using var fixture = await FailedAsync(StoreOperation.Part, 6);
        await fixture.FinishAsync(Parts - 6, partSize: 48 << 10);
    }

    private static Task<ResumeFixture> FailedAsync(
        StoreOperation operation, int skip, StoreFaultKind kind = StoreFaultKind.Before, int connections = 1, long? most = null) =>
        ResumeFixture.FailedAsync(operation, skip, kind, connections, fixture => Forward(fixture, most));

    private static ResumeFixture Forward(ResumeFixture fixture, long? most = null)
    {
        fixture.Open = () => Source(fixture.Content, most: most);
        return fixture;
    }

    private static ForwardSource Source(byte[] content, string stamp = "listing", string maker = "gzip of .NET 9", long? most = null) =>
        new(content) { Stamp = stamp, Maker = maker, MostBytes = most };
}
