using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>Temporary files of dead processes go; whatever else lies beside a target stays.</summary>
public sealed class LeftoverTests : IDisposable
{
    private const string Leftover = ".0123456789abcdef.rescale-tmp";
    private readonly TemporaryFolder _folder = new();
    private readonly InMemoryObjectStore _store = new();

    private string Target => _folder.File("target.bin");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_leftover_is_deleted_by_the_first_download_of_an_engine_there()
    {
        await using var fixture = new EngineFixture();
        var uploaded = await fixture.UploadAsync(_store, [1, 2, 3]);
        File.WriteAllText(fixture.Folder.File(Leftover), "");
        await fixture.DownloadAsync(_store, uploaded);
        Assert.False(File.Exists(fixture.Folder.File(Leftover)));
        File.WriteAllText(fixture.Folder.File(Leftover), "");
        await fixture.DownloadAsync(_store, uploaded, "copy.bin");
        // One listing for a folder is all it may cost.
        Assert.True(File.Exists(fixture.Folder.File(Leftover)));
        var elsewhere = Directory.CreateDirectory(fixture.Folder.File("elsewhere")).FullName;
        File.WriteAllText(Path.Combine(elsewhere, Leftover), "");
        await fixture.DownloadAsync(_store, uploaded, Path.Combine("elsewhere", "copy.bin"));
        Assert.Equal(["copy.bin"], Directory.GetFileSystemEntries(elsewhere).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(".0123456789abcdef.rescale-part")]
    [InlineData("0123456789abcdef.rescale-tmp")]
    [InlineData(".0123456789ABCDEF.rescale-tmp")]
    [InlineData(".0123456789abcde.rescale-tmp")]
    [InlineData(".0123456789abcdef.rescale-tmp.txt")]
    [InlineData("x.0123456789abcdef.rescale-tmp")]
    [InlineData("notes.rescale-tmp")]
    public void Another_name_is_the_users(string name)
    {
        File.WriteAllText(_folder.File(name), "mine");
        new Leftovers(TimeProvider.System).DeleteBeside(Target);
        Assert.Equal("mine", File.ReadAllText(_folder.File(name)));
    }

    [Fact]
    public void Links_and_folders_are_the_users()
    {
        Directory.CreateDirectory(_folder.File(".1123456789abcdef.rescale-tmp"));
        File.WriteAllText(_folder.File("mine"), "mine");
        File.CreateSymbolicLink(_folder.File(Leftover), _folder.File("mine"));
        new Leftovers(TimeProvider.System).DeleteBeside(Target);
        Assert.Equal([".0123456789abcdef.rescale-tmp", ".1123456789abcdef.rescale-tmp", "mine"], _folder.Names());
    }

    [Fact]
    public async Task What_is_being_written_is_not_touched()
    {
        using (var file = PartialFile.Create(Target, 3))
        {
            new Leftovers(TimeProvider.System).DeleteBeside(Target);
            await file.WriteAsync(0, new byte[] { 1, 2, 3 }, default);
            await file.FlushAsync(default);
            file.Publish(overwrite: false);
        }

        new Leftovers(TimeProvider.System).DeleteBeside(Target);
        Assert.Equal(["target.bin"], _folder.Names());
    }

    [Fact]
    public async Task No_file_is_lost_while_others_look_for_leftovers()
    {
        // Making a file and locking it are two steps on Unix, and so are its new name and its end: others look in between, too.
        using var enough = new CancellationTokenSource();
        var looking = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!enough.IsCancellationRequested) new Leftovers(TimeProvider.System).DeleteBeside(Target);
        })).ToArray();
        for (var i = 0; i < 300; i++)
        {
            using var file = PartialFile.Create(_folder.File($"{i}"), 1);
            await file.WriteAsync(0, new byte[] { 1 }, default);
            file.Publish(overwrite: i % 2 == 0);
        }

        await enough.CancelAsync();
        await Task.WhenAll(looking);
        Assert.Equal(300, _folder.Names().Count);
        Assert.All(Enumerable.Range(0, 300), i => Assert.Equal([1], File.ReadAllBytes(_folder.File($"{i}"))));
    }
}
