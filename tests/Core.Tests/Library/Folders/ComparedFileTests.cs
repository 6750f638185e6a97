using System.Security.Cryptography;
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
}
