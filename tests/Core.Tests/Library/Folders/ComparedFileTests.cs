using System.Security.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Folders;

public sealed class ComparedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_more_files_are_read_at_once_than_allowed()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        await File.WriteAllBytesAsync(_folder.File("a"), content, TestContext.Current.CancellationToken);
        var hash = Convert.ToHexString(SHA512.HashData(content));
        using var lane = new SemaphoreSlim(0);
        var file = new ComparedFile(_folder.File("a"), content.Length, lane);
        // What the length tells needs no reading.
        Assert.False(await file.IsAsync(content.Length + 1, hash, TestContext.Current.CancellationToken));

        var waiting = file.IsAsync(content.Length, hash, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        lane.Release();
        Assert.True(await waiting);
        // Its place is free again, and the file is not read a second time.
        Assert.Equal(1, lane.CurrentCount);
        File.Delete(_folder.File("a"));
        Assert.False(await file.IsAsync(content.Length, new string('0', 128), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task One_that_somebody_has_just_received_is_waited_for_and_one_that_is_kept_is_told()
    {
        var content = RandomNumberGenerator.GetBytes(1000);
        var path = _folder.File("a");
        await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
        var hash = Convert.ToHexString(SHA512.HashData(content));
        using var lane = new SemaphoreSlim(1);
        using (File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var kept = await Assert.ThrowsAsync<RescaleException>(() => new ComparedFile(path, content.Length, lane).IsAsync(content.Length, hash, TestContext.Current.CancellationToken));
            Assert.Equal(ErrorIds.SourceUnreadable, kept.ErrorId);
        }

        Task<bool> waiting;
        using (File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            waiting = new ComparedFile(path, content.Length, lane).IsAsync(content.Length, hash, TestContext.Current.CancellationToken);
        Assert.True(await waiting);
    }
}
