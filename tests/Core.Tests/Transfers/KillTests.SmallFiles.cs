using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Transfers;

public abstract partial class KillTests
{
    private const int SmallLength = 4321;

    private static string[] Temporary(TemporaryFolder folder) => Directory.GetFiles(folder.Path, "*" + PartialFile.TemporarySuffix);

    [Fact]
    public async Task What_a_killed_process_has_of_a_small_file_is_gone_after_the_next_download_there()
    {
        using var folder = new TemporaryFolder();
        var (fileId, content) = await UploadAsync(folder, SmallLength);
        var settings = Settings(folder, folder.File("target.bin"), "", fileId);
        await using (var killed = TransferChild.Start(settings with { KillAt = nameof(DownloadStage.Flushed) }))
            Assert.True(await killed.ExitAsync() is not (0 or 1 or 2), string.Join('\n', killed.Lines));
        Assert.Single(Temporary(folder));
        await using var next = TransferChild.Start(settings);
        Assert.True(await next.ExitAsync() == 0, string.Join('\n', next.Lines));
        Assert.Equal(content, await File.ReadAllBytesAsync(settings.LocalPath));
        Assert.Empty(Temporary(folder));
    }

    [Fact]
    public async Task What_a_living_process_has_of_a_small_file_stays_its_own()
    {
        using var folder = new TemporaryFolder();
        var (fileId, content) = await UploadAsync(folder, SmallLength);
        var settings = Settings(folder, folder.File("first.bin"), "", fileId);
        await using var first = TransferChild.Start(settings with { PauseAt = nameof(DownloadStage.Flushed) });
        await first.UntilPausedAsync();
        var held = Assert.Single(Temporary(folder));
        await using (var second = TransferChild.Start(settings with { LocalPath = folder.File("second.bin") }))
            Assert.True(await second.ExitAsync() == 0, string.Join('\n', second.Lines));
        Assert.Equal([held], Temporary(folder));
        first.GoOn();
        Assert.True(await first.ExitAsync() == 0, string.Join('\n', first.Lines));
        Assert.Equal(content, await File.ReadAllBytesAsync(settings.LocalPath));
        Assert.Empty(Temporary(folder));
    }
}
