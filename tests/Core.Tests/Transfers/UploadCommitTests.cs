using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>Uploads whose last step has failed, or whose answer to it was lost.</summary>
public sealed class UploadCommitTests
{
    private const int Parts = ResumeFixture.DefaultParts;

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_not_repeated()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Commit, 0, StoreFaultKind.LoseReply);
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
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Commit, 0);
        var counting = new CountingObjectStore(fixture.Memory);
        var uploaded = await fixture.RunAsync(counting);
        Assert.Equal((0, 1), (counting.Requests(StoreOperation.Part), counting.Requests(StoreOperation.Commit)));
        await fixture.RequireWholeAsync(uploaded);
    }

    [Fact]
    public async Task Credentials_that_may_not_list_do_not_lock_it()
    {
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Commit, 0);
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
        await using var fixture = await ResumeFixture.FailedAsync(StoreOperation.Commit, 0, StoreFaultKind.LoseReply);
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
}
