using RescaleInterlink.Core.Tests.Transfers.Checkpoints;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>A download that was stopped part of the way, and what the next run makes of what it finds.</summary>
public sealed class DownloadResumeTests : IAsyncLifetime
{
    private const int Chunk = 16 << 10;
    private const int Length = 20 * Chunk + 1;

    private readonly EngineFixture _fixture = new(new TransferOptions(ThrottleLimit: 4, Connections: 2, MemoryLimit: 64L << 20) { PartSize = 64 << 10, ChunkSize = Chunk });
    private readonly InMemoryObjectStore _memory = new();
    private readonly byte[] _content = EngineFixture.RandomBytes(Length);
    private readonly List<string> _notices = [];
    private CheckpointFolder _folder = null!;
    private UploadResult _uploaded = null!;

    private string Target => _fixture.Folder.File("target.bin");

    private string PartialPath => Assert.Single(Directory.GetFiles(_fixture.Folder.Path, "*" + PartialFile.Suffix));

    public async ValueTask InitializeAsync()
    {
        _folder = new CheckpointFolder(_fixture.Folder.File("state"));
        _uploaded = await _fixture.UploadAsync(_memory, _content);
        File.Delete(_fixture.Folder.File("source.bin"));
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    private DownloadRequest Request(IObjectStore? store = null) => _fixture.Request(store ?? _memory, _uploaded) with
    {
        Resume = CheckpointTesting.Identity(_folder, Target, "object"),
        OnNotice = text => { lock (_notices) _notices.Add(text); },
    };

    /// <summary>Stops when so many chunks have been asked for and the next stall, as a Ctrl+C does.</summary>
    private async Task StopAfterAsync(int chunks, int had = 0)
    {
        // The tail probe is the first range.
        var faulty = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.Stall, Skip: chunks + 1));
        using var stop = new CancellationTokenSource();
        // On one connection the chunks come in their order; on two, any of them may be the one that stalls.
        await using var engine = new TransferEngine(_fixture.Options with { Connections = 1 });
        var download = engine.DownloadAsync(Request(faulty), stop.Token);
        await faulty.Stalled.WaitAsync(EngineFixture.Patience);
        await Waiting.UntilAsync(() => engine.GetProgress().BytesDone >= (long)(had + chunks) * Chunk);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.WaitAsync(EngineFixture.Patience));
        Assert.Equal(Length, new FileInfo(PartialPath).Length);
    }

    private async Task<(DownloadResult Result, CountingObjectStore Store)> ResumeAsync(Func<DownloadRequest, DownloadRequest>? change = null)
    {
        var counting = new CountingObjectStore(_memory);
        var request = Request(counting);
        var result = await _fixture.Engine.DownloadAsync(change is null ? request : change(request), default);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        AssertNothingLeft("target.bin");
        return (result, counting);
    }

    private void AssertNothingLeft(params string[] expected) =>
        Assert.Equal(expected, _fixture.Folder.Names().Where(name => !name.StartsWith("state", StringComparison.Ordinal) || name.Contains('.', StringComparison.Ordinal)));

    private void AssertBeganAnew(DownloadResult result, CountingObjectStore store, string reason)
    {
        Assert.Equal(0, result.ResumedBytes);
        Assert.True(store.Bytes(StoreOperation.Read) >= Length);
        Assert.Contains(reason, Assert.Single(_notices), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(19)]
    public async Task What_a_stopped_run_has_is_not_fetched_again(int chunks)
    {
        await StopAfterAsync(chunks);
        var (result, store) = await ResumeAsync();
        Assert.Equal(chunks * Chunk, result.ResumedBytes);
        // Each chunk but the first brings the block before it; the probe is 32 bytes.
        Assert.InRange(store.Bytes(StoreOperation.Read), Length - result.ResumedBytes, Length - result.ResumedBytes + 32 + 21 * 16 + 16);
        Assert.Equal(Integrity.Verified, result.Integrity);
        Assert.Empty(_notices);
        // One upload, and this run with what it took over.
        Assert.Equal(2 * Length, _fixture.Engine.GetProgress().BytesDone);
    }

    [Fact]
    public async Task New_bytes_do_not_wait_for_old_ones_to_be_read_back()
    {
        await StopAfterAsync(10);
        // The file cannot be hashed to its end while the last range stalls; the others come all the same.
        var faulty = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.Stall, Skip: 11));
        using var stop = new CancellationTokenSource();
        await using var engine = new TransferEngine(_fixture.Options);
        var download = engine.DownloadAsync(Request(faulty), stop.Token);
        await faulty.Stalled.WaitAsync(EngineFixture.Patience);
        // What has been read may still be on its way to the file.
        await Waiting.UntilAsync(() => engine.GetProgress().BytesDone >= 19 * Chunk);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download);
        Assert.InRange((await ResumeAsync()).Result.ResumedBytes, 19 * Chunk, Length);
    }

    [Fact]
    public async Task A_region_lost_with_the_power_is_fetched_again()
    {
        await StopAfterAsync(12);
        await using (var partial = new FileStream(PartialPath, FileMode.Open))
        {
            partial.Position = 3 * Chunk + 100;
            partial.Write(new byte[2 * Chunk]);
        }

        var (result, store) = await ResumeAsync();
        Assert.Equal(9 * Chunk, result.ResumedBytes);
        Assert.InRange(store.Bytes(StoreOperation.Read), Length - 9 * Chunk, Length - 9 * Chunk + 32 + 21 * 16 + 16);
        Assert.Equal(Integrity.Verified, result.Integrity);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_generation_that_is_left_serves(int lost)
    {
        await StopAfterAsync(12);
        await StopAfterAsync(3, had: 12);
        foreach (var path in Directory.GetFiles(_folder.Path, "*." + lost)) await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..^7]);
        var (result, store) = await ResumeAsync();
        if (lost == 2) Assert.Equal(15 * Chunk, result.ResumedBytes);
        Assert.Equal(Integrity.Verified, result.Integrity);
        Assert.True(store.Bytes(StoreOperation.Read) < Length || _notices.Count > 0 || result.ResumedBytes == 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_lost_generation_and_a_lost_region_together_cost_only_bytes(int lost)
    {
        await StopAfterAsync(12);
        await StopAfterAsync(3, had: 12);
        foreach (var path in Directory.GetFiles(_folder.Path, "*." + lost)) File.Delete(path);
        await using (var partial = new FileStream(PartialPath, FileMode.Open))
        {
            partial.Position = 3 * Chunk + 100;
            partial.Write(new byte[2 * Chunk]);
        }

        Assert.Equal(Integrity.Verified, (await ResumeAsync()).Result.Integrity);
    }

    [Fact]
    public async Task An_object_that_was_replaced_is_received_anew()
    {
        await StopAfterAsync(5);
        EngineFixture.RandomBytes(Length, 9).CopyTo(_content, 0);
        _uploaded = await _fixture.UploadAsync(_memory, _content);
        File.Delete(_fixture.Folder.File("source.bin"));
        var (result, store) = await ResumeAsync();
        AssertBeganAnew(result, store, "has changed since");
    }

    [Fact]
    public async Task A_record_with_another_checksum_means_anew()
    {
        await StopAfterAsync(5);
        var (result, store) = await ResumeAsync(request => request with { Sha512 = null });
        AssertBeganAnew(result, store, "another checksum");
    }

    [Fact]
    public async Task Another_key_means_anew_and_then_fails()
    {
        await StopAfterAsync(5);
        var failure = await Assert.ThrowsAsync<RescaleException>(() =>
            _fixture.Engine.DownloadAsync(Request() with { EncryptionKey = KeyMaterial.NewKey() }, default));
        Assert.Equal(ErrorIds.DecryptionFailed, failure.ErrorId);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("missing", "is gone")]
    [InlineData("short", "bytes instead of")]
    [InlineData("link", "is a link")]
    public async Task A_partial_file_that_does_not_fit_means_anew(string how, string reason)
    {
        await StopAfterAsync(5);
        var path = PartialPath;
        var other = Path.Combine(_folder.Path, "precious");
        if (how == "missing") File.Delete(path);
        if (how == "short") await File.WriteAllBytesAsync(path, new byte[Length - 1]);
        if (how == "link")
        {
            File.Move(path, other);
            File.CreateSymbolicLink(path, other);
        }

        var before = how == "link" ? await File.ReadAllBytesAsync(other) : [];
        var counting = new CountingObjectStore(_memory);
        var result = await _fixture.Engine.DownloadAsync(Request(counting), default);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        AssertBeganAnew(result, counting, reason);
        Assert.False(Path.Exists(path));
        if (how == "link") Assert.Equal(before, await File.ReadAllBytesAsync(other));
    }

    [Fact]
    public async Task A_failure_that_can_pass_keeps_what_there_is()
    {
        var faulty = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.Before, Skip: 9, Failure: StoreFault.Reset));
        await Assert.ThrowsAsync<RescaleException>(() => _fixture.Engine.DownloadAsync(Request(faulty), default));
        Assert.InRange((await ResumeAsync()).Result.ResumedBytes, Chunk, 8 * Chunk);
    }

    [Fact]
    public async Task A_failure_before_the_first_answer_touches_nothing()
    {
        await StopAfterAsync(5);
        var faulty = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Properties, StoreFaultKind.Before, Failure: StoreFault.Reset));
        await Assert.ThrowsAsync<RescaleException>(() => _fixture.Engine.DownloadAsync(Request(faulty), default));
        Assert.Equal(5 * Chunk, (await ResumeAsync()).Result.ResumedBytes);
    }

    [Fact]
    public async Task A_real_failure_leaves_nothing()
    {
        await StopAfterAsync(5);
        var faulty = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.Before, Skip: 4, Failure: StoreFault.Changed));
        await Assert.ThrowsAsync<RescaleException>(() => _fixture.Engine.DownloadAsync(Request(faulty), default));
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_flipped_bit_after_a_resume_is_a_real_mismatch()
    {
        await StopAfterAsync(5);
        var faulty = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.FlipBit, Skip: 3, Times: 1));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => _fixture.Engine.DownloadAsync(Request(faulty), default));
        Assert.Equal(ErrorIds.ChecksumMismatch, failure.ErrorId);
        AssertNothingLeft();
    }

    [Fact]
    public async Task A_target_that_appeared_keeps_both()
    {
        await StopAfterAsync(5);
        await File.WriteAllTextAsync(Target, "mine");
        Assert.Equal(ErrorIds.DestinationExists, (await Assert.ThrowsAsync<RescaleException>(() => _fixture.Engine.DownloadAsync(Request(), default))).ErrorId);
        Assert.Equal("mine", await File.ReadAllTextAsync(Target));
        var (result, _) = await ResumeAsync(request => request with { Overwrite = true });
        Assert.Equal(5 * Chunk, result.ResumedBytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_state_folder_that_cannot_be_written_stops_no_download(bool atAll)
    {
        var id = CheckpointFolder.IdOf(RescaleInterlink.Transfers.Progress.TransferDirection.Download, Target, "object");
        if (atAll) await File.WriteAllTextAsync(_folder.Path, "a file where the folder should be");
        // The folder can be written, but no save.
        else Directory.CreateDirectory(_folder.TemporaryPathOf(id, 1));
        var result = await _fixture.Engine.DownloadAsync(Request(), default);
        Assert.Equal(Integrity.Verified, result.Integrity);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Contains("could not be continued", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_fixture.Folder.Path, "*.rescale-*"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_back_is_one_clear_error_and_costs_nothing()
    {
        await using (var ended = new TransferEngine(_fixture.Options with
        {
            OnDownloadStage = stage => { if (stage == DownloadStage.Published) throw new InvalidOperationException("the end"); },
        }))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => ended.DownloadAsync(Request(), default));
        }

        using (File.OpenHandle(Target, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var failure = await Assert.ThrowsAsync<RescaleException>(() => _fixture.Engine.DownloadAsync(Request(), default));
            Assert.Equal(ErrorIds.SourceUnreadable, failure.ErrorId);
        }

        Assert.Equal(Length, (await ResumeAsync()).Result.ResumedBytes);
    }

    [Fact]
    public async Task The_second_of_two_engines_is_turned_away()
    {
        await using var other = new TransferEngine(_fixture.Options);
        var faulty = new FaultInjectingObjectStore(_memory, 1, new StoreFault(StoreOperation.Read, StoreFaultKind.Stall, Skip: 5));
        using var stop = new CancellationTokenSource();
        var first = _fixture.Engine.DownloadAsync(Request(faulty), stop.Token);
        await faulty.Stalled.WaitAsync(EngineFixture.Patience);
        Assert.Equal(ErrorIds.TransferInUse, (await Assert.ThrowsAsync<RescaleException>(() => other.DownloadAsync(Request(), default))).ErrorId);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await ResumeAsync();
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Length)]
    public async Task A_mismatch_can_be_allowed(int length)
    {
        var uploaded = await _fixture.UploadAsync(_memory, _content[..length], "other");
        var request = _fixture.Request(_memory, uploaded) with { Sha512 = new string('0', 128), AllowMismatch = true };
        var result = await _fixture.Engine.DownloadAsync(request, default);
        Assert.Equal(Integrity.Mismatch, result.Integrity);
        Assert.Equal(_content[..length], await File.ReadAllBytesAsync(Target));
    }
}
