using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

public class DownloadFailureTests
{
    private const int Length = 300_001;

    private static RetryingObjectStore Retrying(IObjectStore store) => new(store, new RetryPolicy(() => 0, TimeProvider.System));

    [Theory]
    [InlineData(StoreOperation.Properties, StoreFaultKind.Before)]
    [InlineData(StoreOperation.Read, StoreFaultKind.Before)]
    [InlineData(StoreOperation.Read, StoreFaultKind.LoseReply)]
    public async Task A_passing_failure_is_survived(StoreOperation operation, StoreFaultKind kind)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var content = EngineFixture.RandomBytes(Length);
        var uploaded = await fixture.UploadAsync(memory, content);
        var faulty = new FaultInjectingObjectStore(memory, 7, new StoreFault(operation, kind, Times: 4));
        await fixture.DownloadAsync(Retrying(faulty), uploaded);
        Assert.True(faulty.Hits > 0);
        Assert.Equal(content, await File.ReadAllBytesAsync(fixture.Folder.File("target.bin")));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Length)]
    public async Task A_flipped_bit_is_found_and_leaves_nothing(int length)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var uploaded = await fixture.UploadAsync(memory, EngineFixture.RandomBytes(length));
        var damaged = memory.GetContent(uploaded.Key);
        damaged[length / 2] ^= 1;
        memory.Set(uploaded.Key, damaged, memory.GetMetadata(uploaded.Key));
        await AssertFailsAsync(fixture, ErrorIds.ChecksumMismatch, memory, uploaded);
    }

    [Fact]
    public async Task A_bit_flipped_on_the_way_is_found_and_leaves_nothing()
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var uploaded = await fixture.UploadAsync(memory, EngineFixture.RandomBytes(Length));
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.FlipBit, Skip: 5, Times: 1));
        await AssertFailsAsync(fixture, ErrorIds.ChecksumMismatch, faulty, uploaded);
    }

    [Fact]
    public async Task A_wrong_key_is_noticed_before_the_first_range()
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        // A padding of 15 bytes: a wrong key passes once in 2^120.
        var uploaded = await fixture.UploadAsync(memory, EngineFixture.RandomBytes(Length));
        Assert.Equal(15, CipherSize.PaddingOf(Length));
        var counting = new CountingObjectStore(memory);
        await AssertFailsAsync(fixture, ErrorIds.DecryptionFailed, counting, uploaded with { EncryptionKey = KeyMaterial.NewKey() });
        Assert.Equal(32, counting.Bytes(StoreOperation.Read));
    }

    [Theory]
    [InlineData(-16, "truncated")]
    [InlineData(16, "not this file")]
    public async Task An_object_of_another_size_is_refused_before_it_is_read(int change, string word)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var uploaded = await fixture.UploadAsync(memory, EngineFixture.RandomBytes(Length));
        var content = memory.GetContent(uploaded.Key);
        Array.Resize(ref content, content.Length + change);
        memory.Set(uploaded.Key, content, memory.GetMetadata(uploaded.Key));
        var counting = new CountingObjectStore(memory);
        var failure = await AssertFailsAsync(fixture, ErrorIds.SizeMismatch, counting, uploaded);
        Assert.Equal(0, counting.Requests(StoreOperation.Read));
        Assert.Contains(word, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ObjectFormat.Whole, 3L << 30, 32L << 20, true)]
    [InlineData(ObjectFormat.Whole, 3L << 30, 64 * (32L << 20), true)]
    [InlineData(ObjectFormat.Whole, 3L << 30, 33L << 20, false)]
    // Smaller files went up whole; v2 objects always did.
    [InlineData(ObjectFormat.Whole, 900L << 20, 32L << 20, false)]
    [InlineData(ObjectFormat.Chained, 3L << 30, 32L << 20, false)]
    public void An_object_cut_by_the_known_defect_is_named_as_such(ObjectFormat format, long length, long actual, bool named)
    {
        var request = new DownloadRequest { DisplayName = "big", Store = new InMemoryObjectStore(), Key = "k", EncryptionKey = [], Length = length, Destination = "/x" };
        var failure = Assert.Throws<RescaleException>(() => DownloadChecks.RequireSize(request, new ObjectEncryption(format, null, null, 0), actual));
        Assert.Equal(ErrorIds.SizeMismatch, failure.ErrorId);
        Assert.Equal(named, failure.Message.Contains("another tool", StringComparison.Ordinal));
        Assert.Contains("truncated", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_is_replaced_between_two_ranges_is_refused()
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var uploaded = await fixture.UploadAsync(memory, EngineFixture.RandomBytes(Length));
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.Before, Skip: 3, Failure: StoreFault.Changed));
        await AssertFailsAsync(fixture, ErrorIds.ObjectChanged, faulty, uploaded);
    }

    [Fact]
    public async Task A_missing_object_is_one_clear_error()
    {
        await using var fixture = new EngineFixture();
        await AssertFailsAsync(fixture, ErrorIds.ObjectNotFound, new InMemoryObjectStore(), new UploadResult("gone", new byte[32], new byte[16], 5, "", 1));
    }

    [Theory]
    [InlineData(StoreOperation.Properties, 0)]
    [InlineData(StoreOperation.Read, 0)]
    [InlineData(StoreOperation.Read, 1)]
    [InlineData(StoreOperation.Read, 6)]
    public async Task A_stop_while_every_socket_stalls_leaves_nothing(StoreOperation operation, int skip)
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var uploaded = await fixture.UploadAsync(memory, EngineFixture.RandomBytes(Length));
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(operation, StoreFaultKind.Stall, skip));
        using var stop = new CancellationTokenSource();

        var download = fixture.DownloadAsync(faulty, uploaded, stop: stop.Token);
        await faulty.Stalled.WaitAsync(EngineFixture.Patience);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.WaitAsync(EngineFixture.Patience));
        Assert.Equal(["source.bin"], fixture.Folder.Names());
        Assert.Equal(0, fixture.Engine.Resources.Memory.Reserved);
    }

    [Fact]
    public async Task An_existing_file_is_kept_unless_it_may_be_replaced()
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var content = EngineFixture.RandomBytes(Length);
        var uploaded = await fixture.UploadAsync(memory, content);
        await File.WriteAllTextAsync(fixture.Folder.File("target.bin"), "old");
        var counting = new CountingObjectStore(memory);

        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.DownloadAsync(counting, uploaded));
        Assert.Equal(ErrorIds.DestinationExists, failure.ErrorId);
        Assert.Equal(0, counting.AllRequests);

        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.FlipBit, Skip: 3));
        await Assert.ThrowsAsync<RescaleException>(() => fixture.Engine.DownloadAsync(fixture.Request(faulty, uploaded) with { Overwrite = true }, default));
        Assert.Equal("old", await File.ReadAllTextAsync(fixture.Folder.File("target.bin")));

        await fixture.Engine.DownloadAsync(fixture.Request(memory, uploaded) with { Overwrite = true }, default);
        Assert.Equal(content, await File.ReadAllBytesAsync(fixture.Folder.File("target.bin")));
        Assert.Equal(["source.bin", "target.bin"], fixture.Folder.Names());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_engines_may_aim_at_one_file(bool overwrite)
    {
        await using var one = new EngineFixture();
        await using var other = new TransferEngine(one.Options);
        var memory = new InMemoryObjectStore();
        var content = EngineFixture.RandomBytes(Length);
        var uploaded = await one.UploadAsync(memory, content);
        var request = one.Request(memory, uploaded) with { Overwrite = overwrite };

        var outcomes = await Task.WhenAll(new[] { one.Engine, other, one.Engine, other }.Select(async engine =>
        {
            try
            {
                await engine.DownloadAsync(request, default);
                return "";
            }
            catch (RescaleException failure)
            {
                return failure.ErrorId;
            }
        }));

        Assert.Equal(overwrite ? 4 : 1, outcomes.Count(outcome => outcome == ""));
        Assert.All(outcomes, outcome => Assert.True(outcome is "" or ErrorIds.DestinationExists, outcome));
        Assert.Equal(content, await File.ReadAllBytesAsync(one.Folder.File("target.bin")));
        Assert.Equal(["source.bin", "target.bin"], one.Folder.Names());
    }

    [Fact]
    public async Task A_folder_is_no_target()
    {
        await using var fixture = new EngineFixture();
        Directory.CreateDirectory(fixture.Folder.File("target.bin"));
        var failure = await Assert.ThrowsAsync<RescaleException>(() =>
            fixture.DownloadAsync(new InMemoryObjectStore(), new UploadResult("key", new byte[32], new byte[16], 5, "", 1)));
        Assert.Equal(ErrorIds.DestinationInvalid, failure.ErrorId);
    }

    [Fact]
    public async Task A_file_in_the_way_of_the_folder_is_one_clear_error()
    {
        await using var fixture = new EngineFixture();
        var memory = new InMemoryObjectStore();
        var uploaded = await fixture.UploadAsync(memory, EngineFixture.RandomBytes(Length));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.DownloadAsync(memory, uploaded, Path.Combine("source.bin", "target")));
        Assert.Equal(ErrorIds.DestinationInvalid, failure.ErrorId);
    }

    private static async Task<RescaleException> AssertFailsAsync(EngineFixture fixture, string errorId, IObjectStore store, UploadResult uploaded)
    {
        var before = fixture.Folder.Names();
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.DownloadAsync(store, uploaded));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.NotNull(failure.RecommendedAction);
        Assert.Equal(before, fixture.Folder.Names());
        Assert.Equal(0, fixture.Engine.Resources.Memory.Reserved);
        return failure;
    }
}
