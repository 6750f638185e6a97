using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>Uploads that failed or were stopped, and go on.</summary>
public sealed class UploadResumeTests
{
    private const int Part = ResumeFixture.Part;
    private const int Parts = ResumeFixture.DefaultParts;

    public static TheoryData<int> EveryPart => [.. Enumerable.Range(0, Parts)];

    [Theory]
    [MemberData(nameof(EveryPart))]
    public async Task After_a_failure_that_passes_only_the_missing_parts_travel(int failing)
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, failing, connections: 3);
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
        await fixture.FinishAsync(Parts - there.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task It_may_fail_again_and_again(int seed)
    {
        await using var fixture = new ResumeFixture(30, seed);
        await fixture.FailUntilWholeAsync(seed);
    }

    [Fact]
    public async Task A_beginning_whose_answer_was_lost_leaves_no_upload_behind()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Begin, 0, StoreFaultKind.LoseReply);
        Assert.Equal(1, fixture.Memory.UnfinishedUploads);
        await fixture.RequireWholeAsync(await fixture.RunAsync(fixture.Memory));
        Assert.Empty(fixture.Notices);
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_again_keeps_what_is_there()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        await fixture.FailAsync(StoreOperation.Part, 0);
        await fixture.FinishAsync(Parts - 6);
    }

    [Fact]
    public async Task An_answer_of_something_in_between_keeps_what_was_sent()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        var between = new FaultInjectingObjectStore(fixture.Memory, 1, new StoreFault(StoreOperation.Part, StoreFaultKind.Before,
            Failure: () => new RescaleException(ErrorIds.StorageRejected, ErrorKind.Protocol, "302") { StatusCode = 302 }));
        await Assert.ThrowsAsync<RescaleException>(() => fixture.RunAsync(between));
        await fixture.FinishAsync(Parts - 6);
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
    public async Task A_part_that_the_store_holds_differently_travels_again()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        var upload = (await fixture.UnfinishedAsync())!;
        var there = await fixture.StoredPartsAsync();
        await fixture.Memory.WritePartAsync(upload, there[1].PartNumber, new byte[there[1].Length], default);
        await fixture.Memory.WritePartAsync(upload, there[3].PartNumber, new byte[16], default);
        await fixture.FinishAsync(Parts - 4);
    }

    [Fact]
    public async Task An_upload_that_the_store_has_forgotten_begins_anew_and_says_why()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        await fixture.Memory.AbortAsync((await fixture.UnfinishedAsync())!, default);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal((Parts, 0L), (counting.Requests(StoreOperation.Part), uploaded.ResumedBytes));
        Assert.Contains("no longer knows it", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        await fixture.RequireWholeAsync(uploaded);
    }

    [Theory]
    [InlineData(48 << 10)]
    // With this one the file would now be one part.
    [InlineData(16 << 20)]
    public async Task The_plan_of_the_beginning_wins_over_other_options(int partSize)
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        var uploaded = await fixture.FinishAsync(Parts - 6, partSize: partSize);
        Assert.Equal("65536", fixture.Memory.GetMetadata(uploaded.Key)["partsize"]);
    }

    [Fact]
    public async Task Another_format_begins_anew()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Part, 6);
        fixture.Format = ObjectFormat.Whole;
        var uploaded = await fixture.RunAsync(fixture.Memory);
        Assert.Contains("another format", Assert.Single(fixture.Notices), StringComparison.Ordinal);
        Assert.Equal(["iv"], fixture.Memory.GetMetadata(uploaded.Key).Keys);
        await fixture.RequireWholeAsync(uploaded);
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
}
