using System.Text;
using RescaleInterlink.Errors;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Core.Tests.Transfers.Checkpoints;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly CheckpointFolder _folder;
    private readonly ResumeIdentity _identity;
    private readonly string _id;

    public CheckpointFileTests()
    {
        _folder = new CheckpointFolder(Path.Combine(_home.Path, "state", "transfers"));
        _identity = CheckpointTesting.Identity(_folder);
        _id = CheckpointFolder.IdOf(UploadCheckpoint.Direction, _identity.LocalPath, _identity.RemoteId);
    }

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task What_was_flushed_is_loaded_by_the_next()
    {
        await using (var file = await OpenAsync())
        {
            Assert.Equal((null, null), file.Load());
            await file.FlushAsync(() => CheckpointTesting.Upload(_identity, 3));
        }

        await using var next = await OpenAsync();
        var (state, problem) = next.Load();
        Assert.Null(problem);
        Assert.Equal(3, state!.Parts.Count);
        Assert.Equal("\"etag2\"", state.Parts[1].ETag);
        Assert.Equal(_identity.Description, state.Description);
    }

    [Fact]
    public async Task The_last_update_is_saved_when_it_is_closed()
    {
        await using (var file = await OpenAsync())
        {
            for (var parts = 1; parts <= 50; parts++)
            {
                var copy = parts;
                file.Update(() => CheckpointTesting.Upload(_identity, copy));
            }
        }

        await using var next = await OpenAsync();
        Assert.Equal(50, next.Load().State!.Parts.Count);
    }

    [Fact]
    public async Task Updates_are_saved_quickly_and_made_durable_within_two_seconds()
    {
        var time = new ManualTime();
        await using var file = await OpenAsync(time);
        file.Update(() => CheckpointTesting.Upload(_identity, 1));
        await Waiting.UntilAsync(() => File.Exists(Generation(2)));
        Assert.False(File.Exists(Generation(1)));
        await Waiting.UntilAsync(() => time.Waits.Count > 0);
        time.Advance(TimeSpan.FromSeconds(2));
        await Waiting.UntilAsync(() => File.Exists(Generation(1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_generation_torn_at_any_length_leaves_the_other(int torn)
    {
        await WriteBothAsync();
        var whole = await File.ReadAllBytesAsync(Generation(torn));
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(Generation(torn), whole[..length]);
            await using var file = await OpenAsync();
            var (state, problem) = file.Load();
            Assert.Null(problem);
            Assert.Equal(torn == 1 ? 2 : 1, state!.Parts.Count);
        }
    }

    [Fact]
    public async Task Both_torn_at_any_length_say_so()
    {
        await WriteBothAsync();
        var (first, second) = (await File.ReadAllBytesAsync(Generation(1)), await File.ReadAllBytesAsync(Generation(2)));
        for (var length = 0; length < Math.Min(first.Length, second.Length); length++)
        {
            await File.WriteAllBytesAsync(Generation(1), first[..length]);
            await File.WriteAllBytesAsync(Generation(2), second[..length]);
            await using var file = await OpenAsync();
            Assert.Equal((null, "it is torn"), file.Load());
        }
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_is_found()
    {
        await WriteBothAsync();
        File.Delete(Generation(2));
        var whole = await File.ReadAllBytesAsync(Generation(1));
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var (envelope, problem) = CheckpointEnvelope.Read(damaged);
            Assert.True(envelope is null && problem is not null, $"bit {bit}");
        }
    }

    [Fact]
    public async Task A_newer_version_is_told_and_kept_apart()
    {
        await WriteBothAsync();
        File.Delete(Generation(2));
        var text = await File.ReadAllTextAsync(Generation(1));
        await File.WriteAllTextAsync(Generation(1), text.Replace("{\"version\":1,", "{\"version\":3,", StringComparison.Ordinal));
        await using var file = await OpenAsync();
        Assert.Equal((null, "it is of version 3, and this module knows none after 2"), file.Load());
    }

    /// <summary>As the first module wrote them; today one is written like this only when an older module can continue it.</summary>
    [Fact]
    public void The_first_version_is_still_read()
    {
        const string File = """{"version":1,"direction":"Upload","sequence":7,"saved":"2026-11-21T08:00:01+00:00","checkpoint":{"localPath":"/data/a.bin","remoteId":"platform|container|folder|a.bin","description":{"platform":"https://platform.example/","name":"a.bin","folderId":"folder","sourceKind":"file"},"begun":"2026-11-21T08:00:00+00:00","key":"base/a.bin-suffix","encryptionKey":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","iv":"AAAAAAAAAAAAAAAAAAAAAA==","partSize":1600,"format":2,"sourceLength":10000,"sourceStamp":"stamp","uploadId":"upload-1","hasChecksums":false,"isCommitted":false,"parts":[{"number":1,"eTag":"etag1","checksum":"AAAA","length":1600,"plainCrc":1,"lastBlock":"AAAAAAAAAAAAAAAAAAAAAA=="}]},"check":"0a8e19c5fdd1513eac5abd79547cda9d"}""";
        var (envelope, problem) = CheckpointEnvelope.Read(Encoding.UTF8.GetBytes(File));
        Assert.Null(problem);
        var state = envelope!.As<UploadCheckpoint>()!;
        Assert.Equal((1, 10_000L, 10_000L, 1600L, null), (state.FormatVersion, state.SourceLength, state.BytesTotal, state.BytesDone, state.Maker));
        Assert.StartsWith(File[..(File.IndexOf("checkpoint", StringComparison.Ordinal) + 20)],
            Encoding.UTF8.GetString(CheckpointEnvelope.Write(state, envelope.Sequence, envelope.Saved).Span), StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_bytes_that_are_made_has_a_version_that_an_older_module_refuses()
    {
        var made = CheckpointTesting.Upload(_identity, 2) with { SourceLength = null, Maker = "gzip" };
        var bytes = CheckpointEnvelope.Write(made, 1, DateTimeOffset.UnixEpoch);
        Assert.StartsWith("{\"version\":2,", Encoding.UTF8.GetString(bytes.Span), StringComparison.Ordinal);
        var state = CheckpointEnvelope.Read(bytes).Envelope!.As<UploadCheckpoint>()!;
        Assert.Equal(("gzip", null, 3200L), (state.Maker, state.BytesTotal, state.BytesDone));
    }

    [Fact]
    public async Task One_that_belongs_to_another_transfer_is_not_used()
    {
        var other = CheckpointTesting.Identity(_folder, "/data/b.bin");
        await using (var file = await CheckpointFile<UploadCheckpoint>.OpenAsync(other, TimeProvider.System, default))
            await file.FlushAsync(() => CheckpointTesting.Upload(other, 1));
        var otherId = CheckpointFolder.IdOf(UploadCheckpoint.Direction, other.LocalPath, other.RemoteId);
        File.Move(_folder.PathOf(otherId, 1), Generation(1));
        await using var own = await OpenAsync();
        Assert.Equal((null, "it belongs to another transfer"), own.Load());
    }

    [Fact]
    public async Task What_follows_a_resume_is_newer_than_what_was_before()
    {
        await WriteBothAsync();
        await using (var file = await OpenAsync())
        {
            Assert.Equal(2, file.Load().State!.Parts.Count);
            await file.FlushAsync(() => CheckpointTesting.Upload(_identity, 3));
        }

        await using var next = await OpenAsync();
        Assert.Equal(3, next.Load().State!.Parts.Count);
    }

    [Fact]
    public async Task Two_engines_cannot_have_the_same()
    {
        await using (await OpenAsync())
        {
            var failure = await Assert.ThrowsAsync<RescaleException>(OpenAsync);
            Assert.Equal(ErrorIds.TransferInUse, failure.ErrorId);
            Assert.Contains("/data/a.bin", failure.Message, StringComparison.Ordinal);
        }

        await using var next = await OpenAsync();
    }

    [Fact]
    public async Task What_a_slow_disk_still_holds_is_waited_for_and_not_refused()
    {
        using var disk = new ManualResetEventSlim();
        using var saving = new ManualResetEventSlim();
        var first = await OpenAsync();
        first.Update(() =>
        {
            saving.Set();
            disk.Wait(TimeSpan.FromMinutes(1));
            return CheckpointTesting.Upload(_identity, 4);
        });
        Assert.True(saving.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        // It does not wait for the disk, and so it lets go of nothing yet.
        await first.DisposeAsync();
        var second = OpenAsync();
        Assert.True(CheckpointLock.IsTaken(Directory.GetFiles(_folder.Path, "*.lock").Single()));
        disk.Set();
        await using var next = await second.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(4, next.Load().State!.Parts.Count);
    }

    [Fact]
    public async Task Of_many_at_once_one_wins_each_time()
    {
        var (inside, most, wins) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                try
                {
                    await using var file = await OpenAsync();
                    var now = Interlocked.Increment(ref inside);
                    if (now > 1) Interlocked.Exchange(ref most, now);
                    Interlocked.Increment(ref wins);
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                }
                catch (RescaleException busy) when (busy.ErrorId == ErrorIds.TransferInUse)
                {
                }
            }
        })));
        Assert.Equal(0, most);
        Assert.True(wins > 0);
    }

    [Fact]
    public async Task Only_the_user_can_read_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows files have access lists, inherited from the profile.");
            return;
        }

        await using var file = await OpenAsync();
        await file.FlushAsync(() => CheckpointTesting.Upload(_identity, 1));
        file.Update(() => CheckpointTesting.Upload(_identity, 2));
        await Waiting.UntilAsync(() => File.Exists(Generation(2)));
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var path in Directory.GetFiles(_folder.Path)) Assert.Equal(Own, File.GetUnixFileMode(path));
        Assert.Equal(3, Directory.GetFiles(_folder.Path).Length);
        for (var folder = _folder.Path; folder != _home.Path; folder = Path.GetDirectoryName(folder)!)
            Assert.Equal(Own | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    [Fact]
    public async Task Deleting_leaves_nothing()
    {
        await using (var file = await OpenAsync())
        {
            await file.FlushAsync(() => CheckpointTesting.Upload(_identity, 1));
            file.Update(() => CheckpointTesting.Upload(_identity, 2));
            await file.DeleteAsync();
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_an_error_of_its_own()
    {
        await File.WriteAllTextAsync(_home.File("state"), "a file");
        var failure = await Assert.ThrowsAsync<RescaleException>(OpenAsync);
        Assert.Equal(ErrorIds.TransferStateUnwritable, failure.ErrorId);
    }

    [Fact]
    public async Task A_folder_that_goes_away_fails_the_flush_and_not_the_process()
    {
        await using var file = await OpenAsync();
        Directory.Delete(_folder.Path, recursive: true);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => file.FlushAsync(() => CheckpointTesting.Upload(_identity, 1)));
        Assert.Equal(ErrorIds.TransferStateUnwritable, failure.ErrorId);
        Assert.Equal(failure.Message, file.SaveFailure!.Message);
    }

    [Fact]
    public void Its_text_shows_no_secret_when_printed()
    {
        var checkpoint = CheckpointTesting.Upload(_identity, 1);
        Assert.DoesNotContain(Convert.ToBase64String(checkpoint.EncryptionKey), checkpoint.ToString(), StringComparison.Ordinal);
        var bytes = CheckpointEnvelope.Write(checkpoint, 1, DateTimeOffset.UnixEpoch).ToArray();
        Assert.StartsWith("{\"version\":1,\"direction\":\"Upload\",\"sequence\":1,", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    private string Generation(int number) => _folder.PathOf(_id, number);

    private Task<CheckpointFile<UploadCheckpoint>> OpenAsync() => OpenAsync(TimeProvider.System);

    private Task<CheckpointFile<UploadCheckpoint>> OpenAsync(TimeProvider time) =>
        CheckpointFile<UploadCheckpoint>.OpenAsync(_identity, time, TestContext.Current.CancellationToken);

    /// <summary>Generation 1 with one part, and then generation 2 with two.</summary>
    private async Task WriteBothAsync()
    {
        await using var file = await OpenAsync();
        await file.FlushAsync(() => CheckpointTesting.Upload(_identity, 1));
        file.Update(() => CheckpointTesting.Upload(_identity, 2));
        await Waiting.UntilAsync(() => File.Exists(Generation(2)));
    }

    [Fact]
    public async Task A_state_that_cannot_be_told_leaves_nobody_waiting()
    {
        var file = await OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            file.FlushAsync(() => throw new InvalidOperationException("broken")).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidOperationException>(() => file.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task A_disk_that_hangs_holds_up_neither_a_stop_nor_the_removal()
    {
        using var disk = new ManualResetEventSlim();
        using var saving = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var file = await OpenAsync();
        var state = CheckpointTesting.Upload(_identity, 4);
        var ledger = new UploadLedger(ObjectPlan.Of(state), state, file, null);
        file.Update(() =>
        {
            saving.Set();
            disk.Wait(TimeSpan.FromMinutes(1));
            return state;
        });
        Assert.True(saving.Wait(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        var committing = ledger.OnCommittingAsync("hash", 10_000, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => committing.WaitAsync(TimeSpan.FromSeconds(50), TestContext.Current.CancellationToken));
        await file.DeleteAsync().WaitAsync(TimeSpan.FromSeconds(50), TestContext.Current.CancellationToken);
        await file.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(50), TestContext.Current.CancellationToken);
        Assert.False(disk.IsSet);

        // What was begun before the removal was written all the same, and then removed; only then does the next one get it.
        disk.Set();
        await using var next = await OpenAsync();
        Assert.Equal((null, null), next.Load());
    }

    [Fact]
    public async Task A_save_in_the_background_that_fails_is_told_once_and_tried_again()
    {
        var notices = new List<string>();
        await using var file = await OpenAsync();
        var state = CheckpointTesting.Upload(_identity, 4) with { UploadId = null };
        var ledger = new UploadLedger(ObjectPlan.Of(state), state, file, notices.Add);
        Directory.CreateDirectory(_folder.TemporaryPathOf(_id, 2));
        Directory.CreateDirectory(_folder.TemporaryPathOf(_id, 1));
        ledger.Add(state.Parts[0]);
        await Waiting.UntilAsync(() => file.SaveFailure is not null);
        ledger.Add(state.Parts[1]);
        await ledger.OnBeginningAsync(default);
        Assert.Contains("could not be continued", Assert.Single(notices), StringComparison.Ordinal);
        Assert.False(ledger.CanBeContinued);

        Directory.Delete(_folder.TemporaryPathOf(_id, 1));
        await ledger.OnCommittingAsync("hash", 10_000, default);
        Assert.True(ledger.CanBeContinued);
        Assert.Equal("hash", file.Load().State!.Sha512);
        Assert.Single(notices);
    }
}
