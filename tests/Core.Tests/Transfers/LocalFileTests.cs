using System.Diagnostics;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Transfers;

public class LocalFileTests
{
    [Fact]
    public void What_is_no_file_is_refused_at_once()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ErrorIds.SourceNotFound, Assert.Throws<RescaleException>(() => new LocalFileSource(folder.File("none"))).ErrorId);
        Assert.Equal(ErrorIds.SourceIsDirectory, Assert.Throws<RescaleException>(() => new LocalFileSource(folder.Path)).ErrorId);
    }

    [Fact]
    public async Task A_file_that_shrinks_grows_or_is_replaced_is_noticed()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("source");
        await File.WriteAllBytesAsync(path, new byte[100]);
        var time = File.GetLastWriteTimeUtc(path);

        using (var source = new LocalFileSource(path))
        {
            var before = await source.GetIdentityAsync(default);
            Assert.Equal(100, before.Length);
            Assert.Equal(before, await source.GetIdentityAsync(default));
            await File.AppendAllTextAsync(path, "more");
            Assert.NotEqual(before, await source.GetIdentityAsync(default));
        }

        await File.WriteAllBytesAsync(path, new byte[100]);
        using (var source = new LocalFileSource(path))
        {
            var before = await source.GetIdentityAsync(default);
            File.SetLastWriteTimeUtc(path, time.AddSeconds(-5));
            Assert.NotEqual(before, await source.GetIdentityAsync(default));
        }

        using (var source = new LocalFileSource(path))
        {
            // More than is there: as if it had shrunk after its length was taken.
            var failure = await Assert.ThrowsAsync<RescaleException>(() => source.ReadAsync(50, new byte[51], default).AsTask());
            Assert.Equal(ErrorIds.SourceChanged, failure.ErrorId);
            File.Delete(path);
            Assert.Equal(ErrorIds.SourceNotFound, (await Assert.ThrowsAsync<RescaleException>(() => source.GetIdentityAsync(default))).ErrorId);
        }
    }

    [Fact]
    public async Task A_link_is_sent_as_what_it_leads_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making a link needs a privilege.");
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        var content = EngineFixture.RandomBytes(5000);
        var path = fixture.WriteSource(content);
        File.CreateSymbolicLink(fixture.Folder.File("first"), path);
        File.CreateSymbolicLink(fixture.Folder.File("second"), "first");
        using var source = new LocalFileSource(fixture.Folder.File("second"));
        var before = await source.GetIdentityAsync(default);
        Assert.Equal(content.Length, before.Length);
        var sent = await fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = store, Key = "key" }, default);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(content)), sent.Sha512);

        await File.AppendAllTextAsync(path, "more");
        Assert.NotEqual(before, await source.GetIdentityAsync(default));
        File.Delete(fixture.Folder.File("first"));
        File.CreateSymbolicLink(fixture.Folder.File("first"), "second");
        Assert.Equal(ErrorIds.SourceUnreadable, (await Assert.ThrowsAsync<RescaleException>(() => source.GetIdentityAsync(default))).ErrorId);
    }

    [Fact]
    public async Task What_reports_no_length_and_is_not_empty_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /dev/zero, no /proc and no mkfifo.");
        using var folder = new TemporaryFolder();
        var pipe = folder.File("pipe");
        using (var made = Process.Start("mkfifo", pipe)) await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        var link = folder.File("link");
        File.CreateSymbolicLink(link, pipe);
        foreach (var path in new[] { pipe, link, "/dev/zero" })
        {
            using var source = new LocalFileSource(path);
            Assert.Equal(ErrorIds.SourceUnreadable, (await Assert.ThrowsAsync<RescaleException>(() => source.GetIdentityAsync(default))).ErrorId);
        }

        using var status = new LocalFileSource("/proc/self/status");
        Assert.Equal(ErrorIds.SourceChanged, (await Assert.ThrowsAsync<RescaleException>(() => status.GetIdentityAsync(default))).ErrorId);
        var empty = folder.File("empty");
        await File.WriteAllBytesAsync(empty, []);
        using var nothing = new LocalFileSource(empty);
        Assert.Equal(0, (await nothing.GetIdentityAsync(default)).Length);
    }

    [Fact]
    public async Task A_file_that_is_replaced_while_it_is_sent_is_not_committed()
    {
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        var path = fixture.WriteSource(EngineFixture.RandomBytes(500_000));
        using var source = new LocalFileSource(path);
        var faulty = new FaultInjectingObjectStore(store, 1, new StoreFault(StoreOperation.Begin, StoreFaultKind.Before, Failure: () =>
        {
            File.WriteAllBytes(fixture.Folder.File("other"), EngineFixture.RandomBytes(500_000, 2));
            File.SetLastWriteTimeUtc(fixture.Folder.File("other"), DateTime.UtcNow.AddMinutes(-1));
            File.Move(fixture.Folder.File("other"), path, overwrite: true);
            return StoreFault.Reset();
        }, Times: 1));
        var retrying = new RetryingObjectStore(faulty, new RetryPolicy(() => 0, TimeProvider.System));
        var failure = await Assert.ThrowsAsync<RescaleException>(() =>
            fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = retrying, Key = "key" }, default));
        Assert.Equal(ErrorIds.SourceChanged, failure.ErrorId);
        Assert.Equal(0, store.UnfinishedUploads);
        Assert.Empty(store.Keys);
    }

    [Theory]
    [InlineData(3 << 20, false)]
    [InlineData(3 << 20, true)]
    public async Task A_full_disk_is_one_clear_error(int length, bool fillsMeanwhile)
    {
        using var disk = SmallDisk.TryMount(out var reason);
        Assert.SkipWhen(disk is null, $"No small file system: {reason}");
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        var uploaded = await fixture.UploadAsync(store, EngineFixture.RandomBytes(length));
        if (!fillsMeanwhile) await File.WriteAllBytesAsync(Path.Combine(disk!.Path, "filler"), new byte[6 << 20]);

        // Two files that each fit, but not together: the room runs out when it is taken or while it is written.
        var requests = Enumerable.Range(0, fillsMeanwhile ? 3 : 1)
            .Select(i => fixture.Request(store, uploaded) with { Destination = Path.Combine(disk!.Path, $"target{i}") });
        var outcomes = await Task.WhenAll(requests.Select(async request =>
        {
            try
            {
                await fixture.Engine.DownloadAsync(request, default);
                return null;
            }
            catch (RescaleException failure)
            {
                return failure;
            }
        }));

        var failures = outcomes.OfType<RescaleException>().ToList();
        Assert.NotEmpty(failures);
        Assert.All(failures, failure =>
        {
            Assert.Equal(ErrorIds.DiskFull, failure.ErrorId);
            Assert.Contains("needs", failure.Message, StringComparison.Ordinal);
        });
        Assert.DoesNotContain(Directory.GetFiles(disk!.Path), path => path.Contains(".rescale-", StringComparison.Ordinal));
        Assert.Equal(outcomes.Length - failures.Count, Directory.GetFiles(disk.Path, "target*").Length);
    }
}
