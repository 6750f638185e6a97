using RescaleInterlink.Pipelines.Measuring;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>Which of the stages of a transfer the others have to follow.</summary>
public sealed class ActivityTrackerTests
{
    private readonly List<TransferActivity> _changes = [TransferActivity.Nothing];
    private readonly ActivityTracker _tracker;

    public ActivityTrackerTests() => _tracker = new ActivityTracker((before, now) =>
    {
        Assert.Equal(_changes[^1], before);
        Assert.NotEqual(before, now);
        _changes.Add(now);
    });

    private TransferActivity Now => _changes[^1];

    [Fact]
    public void Bytes_that_are_ready_in_time_are_followed_by_the_requests()
    {
        _tracker.OnBuffer();
        _tracker.OnWork(TransferWork.Encrypting, 1);
        _tracker.OnRequest(1);
        Assert.Equal(TransferActivity.Encryption, Now);
        _tracker.OnWork(TransferWork.Making, 1);
        Assert.Equal(TransferActivity.Making, Now);
        _tracker.OnWork(TransferWork.Making, -1);
        _tracker.OnWork(TransferWork.Encrypting, -1);
        // What is ready has to leave now.
        Assert.Equal(TransferActivity.Network, Now);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_source_counts_unless_what_is_read_waits_to_be_encrypted(bool isMade)
    {
        var (source, itself) = isMade ? (TransferWork.Making, TransferActivity.Making) : (TransferWork.Reading, TransferActivity.Disk);
        _tracker.OnWork(source, 1);
        _tracker.OnWork(TransferWork.Encrypting, 1);
        Assert.Equal(itself, Now);
        _tracker.OnRead(isAhead: true);
        Assert.Equal(TransferActivity.Encryption, Now);
        _tracker.OnWork(TransferWork.Encrypting, -1);
        Assert.Equal(itself, Now);
        _tracker.OnWork(TransferWork.Encrypting, 1);
        _tracker.OnRead(isAhead: false);
        Assert.Equal(itself, Now);
    }

    /// <summary>A file that the system has in memory, to a store that takes it at once: nothing is left but the hash and the cipher.</summary>
    [Fact]
    public async Task An_upload_with_nothing_in_its_way_is_held_to_its_encryption()
    {
        var meter = new RunMeter(TimeProvider.System);
        await using var fixture = new EngineFixture(new TransferOptions { OnActivity = meter.OnTransfer });
        await fixture.UploadAsync(new InMemoryObjectStore(), EngineFixture.RandomBytes(256 << 20));
        var times = meter.GetTimes(fixture.Engine.GetUsage().Waits).Where(static time => time.Limit != PipelineLimit.None).ToList();
        Assert.True(times[0].Limit == PipelineLimit.Encryption, $"It was {string.Join(", ", times)}.");
        Assert.Equal((256L << 20, 0L), (fixture.Engine.GetUsage().BytesSent, fixture.Engine.GetUsage().BytesReceived));
    }

    [Theory]
    [InlineData(WaitReason.Memory)]
    [InlineData(WaitReason.Connection)]
    public void Bytes_that_are_held_up_follow_the_requests(WaitReason reason)
    {
        _tracker.OnBuffer();
        _tracker.OnRequest(1);
        _tracker.OnWait(reason, 1);
        Assert.Equal(TransferActivity.Network, Now);
        _tracker.OnWait(reason, -1);
        _tracker.OnBuffer();
        _tracker.OnWork(TransferWork.Reading, 1);
        Assert.Equal(TransferActivity.Network, Now);
        // The next part is not held up.
        _tracker.OnBuffer();
        Assert.Equal(TransferActivity.Disk, Now);
    }

    [Fact]
    public void What_others_have_is_waited_for_only_without_requests_of_its_own()
    {
        _tracker.OnWait(WaitReason.Memory, 1);
        Assert.Equal(TransferActivity.Memory, Now);
        _tracker.OnRequest(1);
        Assert.Equal(TransferActivity.Network, Now);
        _tracker.OnWait(WaitReason.Memory, -1);
        _tracker.OnRequest(-1);
        _tracker.OnWait(WaitReason.Connection, 1);
        Assert.Equal(TransferActivity.Connection, Now);
    }

    [Fact]
    public void The_bandwidth_limit_is_what_its_requests_are_held_to()
    {
        _tracker.OnRequest(1);
        _tracker.OnRequest(-1);
        _tracker.OnWait(WaitReason.RateLimit, 1);
        _tracker.OnRequest(1);
        _tracker.OnWork(TransferWork.Reading, 1);
        Assert.Equal(TransferActivity.Bandwidth, Now);
    }

    [Fact]
    public void A_download_follows_its_hash_and_those_who_decrypt_and_write()
    {
        _tracker.OnRequest(1);
        _tracker.OnWait(WaitReason.Hash, 1);
        Assert.Equal(TransferActivity.Encryption, Now);
        _tracker.OnWait(WaitReason.Hash, -1);
        _tracker.OnWait(WaitReason.Disk, 1);
        Assert.Equal(TransferActivity.Disk, Now);
        _tracker.OnWork(TransferWork.Encrypting, 1);
        Assert.Equal(TransferActivity.Encryption, Now);
        _tracker.OnWork(TransferWork.Writing, 1);
        Assert.Equal(TransferActivity.Disk, Now);
    }

    [Fact]
    public void Between_two_works_it_is_held_to_what_it_was_and_after_its_end_to_nothing()
    {
        _tracker.OnWork(TransferWork.Reading, 1);
        _tracker.OnWork(TransferWork.Reading, -1);
        Assert.Equal(TransferActivity.Disk, Now);
        _tracker.End();
        Assert.Equal(TransferActivity.Nothing, Now);
        // Of a straggler.
        _tracker.OnRequest(1);
        Assert.Equal(TransferActivity.Nothing, Now);
    }
}
