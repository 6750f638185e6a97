using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Following;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs.Following;

/// <summary>What a watch remembers, and the names it gives.</summary>
public sealed class WatchRecordTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_later_watch_knows_what_an_earlier_one_has_put_there()
    {
        using (var record = Open())
        {
            record.Note(new WatchRecord.Entry("/a/b", 1, "00"));
            record.Note(new WatchRecord.Entry("/a/b", 2, "01"));
        }

        // As a crash leaves it.
        File.AppendAllText(Assert.Single(Files()), """{"Path":"/a/c","Leng""");
        using (var record = Open())
        {
            Assert.Equal(new WatchRecord.Entry("/a/b", 2, "01"), record.Find("/a/b"));
            Assert.Null(record.Find("/a/c"));
            record.Note(new WatchRecord.Entry("/a/d", 4, "04"));
        }

        using (var record = Open())
        {
            Assert.Equal((2, 4), (record.Find("/a/b")!.Length, record.Find("/a/d")!.Length));
            record.Complete();
        }

        Assert.Empty(Files());
    }

    [Fact]
    public void Two_at_once_in_one_folder_are_refused_and_in_two_folders_not()
    {
        using var record = Open();
        var error = Assert.Throws<RescaleException>(() => Open());
        Assert.Equal((ErrorIds.TransferInUse, ErrorKind.State), (error.ErrorId, error.Kind));
        Assert.Contains("/a", error.Message, StringComparison.Ordinal);
        using var other = WatchRecord.Open(_folder.Path, "/b");
    }

    [Fact]
    public void A_watch_that_has_put_nothing_anywhere_leaves_nothing()
    {
        Open().Dispose();
        Assert.Empty(Files());
    }

    [Fact]
    public void A_state_folder_that_is_none_is_an_error()
    {
        File.WriteAllText(_folder.File("file"), "");
        Assert.Equal(ErrorIds.TransferStateUnwritable, Assert.Throws<RescaleException>(() => WatchRecord.Open(_folder.File("file"), "/a")).ErrorId);
    }

    [Fact]
    public void A_file_keeps_its_name_and_a_newer_version_takes_it_over()
    {
        var names = new WatchedNames(_folder.Path);
        Assert.Equal(["1:log"], Names(names, Output("1", "log")));
        // Beside it under the same path: the first stays where it is.
        Assert.Equal(["1:log", "2:log_2"], Names(names, Output("1", "log"), Output("2", "log")));
        // Instead of it: a newer version.
        Assert.Equal(["3:log", "2:log_2"], Names(names, Output("3", "log"), Output("2", "other")).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal(["4:a/x", "5:x"], Names(names, Output("4", "a/x"), Output("5", "../x", "x")));
        Assert.Equal(["6:!"], Names(names, Output("6", "..", "..")));
    }

    private WatchRecord Open() => WatchRecord.Open(_folder.Path, "/a");

    private string[] Files() => Directory.GetFiles(Path.Combine(_folder.Path, "watches"));

    private static PlatformFile Output(string id, string path, string? name = null) => new() { Id = id, Name = name ?? path[(path.LastIndexOf('/') + 1)..], RelativePath = path };

    private string[] Names(WatchedNames names, params PlatformFile[] files)
        => [.. names.Assign(files).Select(name => $"{name.File.Id}:{(name.Path is null ? "!" : Path.GetRelativePath(_folder.Path, name.Path).Replace('\\', '/'))}")];
}
