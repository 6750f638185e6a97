using System.Formats.Tar;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;
using static RescaleInterlink.Core.Tests.Archiving.TarTesting;

namespace RescaleInterlink.Core.Tests.Archiving;

public sealed class TarSourceTests : IDisposable
{
    private static readonly string LongName = string.Concat(Enumerable.Repeat("long ü[1] ", 20)).TrimEnd();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_system_tar_extracts_the_tree_that_was_archived()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Needs the system's GNU tar and Unix links.");
            return;
        }

        var tree = MakeTree();
        var source = await CreateAsync(tree);
        var archive = _folder.Combine("tree.tar");
        await File.WriteAllBytesAsync(archive, await ReadAllAsync(source), TestContext.Current.CancellationToken);
        var output = Directory.CreateDirectory(_folder.Combine("out")).FullName;
        await RunAsync("tar", "--extract", "--preserve-permissions", "--file", archive, "--directory", output);

        await RunAsync("diff", "--recursive", "--no-dereference", tree, Path.Combine(output, "Run 1"));
        Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode(Path.Combine(output, "Run 1", "solve.sh")));
        Assert.Equal("../missing", new FileInfo(Path.Combine(output, "Run 1", "dangling")).LinkTarget);
        Assert.True(Directory.Exists(Path.Combine(output, "Run 1", "empty folder")));
        Assert.Equal(
            new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc),
            File.GetLastWriteTimeUtc(Path.Combine(output, "Run 1", "solve.sh")));
        var listing = await RunAsync("tar", "--list", "--verbose", "--numeric-owner", "--file", archive);
        Assert.All(listing.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains(" 0/0 ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Entries_are_in_ordinal_order_and_read_by_the_runtime()
    {
        var tree = Directory.CreateDirectory(_folder.Combine("t")).FullName;
        foreach (var name in new[] { "b.txt", "B.txt", "a/z", "a/1", "a-b", "é", "Z/q" })
            _folder.WriteFile("t/" + name, name);
        using var stream = new MemoryStream(await ReadAllAsync(await CreateAsync(tree, "t")));
        using var reader = new TarReader(stream);
        var names = new List<string>();
        while (await reader.GetNextEntryAsync(copyData: true, TestContext.Current.CancellationToken) is { } entry)
        {
            names.Add(entry.Name);
            Assert.Equal(TarEntryFormat.Gnu, entry.Format);
            if (entry.DataStream is { } data)
                Assert.Equal(entry.Name[2..], await new StreamReader(data).ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(["t/", "t/B.txt", "t/Z/", "t/Z/q", "t/a/", "t/a/1", "t/a/z", "t/a-b", "t/b.txt", "t/é"], names);
    }

    [Fact]
    public async Task The_same_tree_gives_the_same_bytes()
    {
        var tree = MakeTree();
        var first = await CreateAsync(tree);
        var second = await CreateAsync(tree);
        Assert.Equal(await ReadAllAsync(first), await ReadAllAsync(second));
        Assert.Equal(await first.GetIdentityAsync(default), await second.GetIdentityAsync(default));
        File.AppendAllText(Path.Combine(tree, "solve.sh"), "x");
        Assert.NotEqual((await first.GetIdentityAsync(default)).Stamp, (await (await CreateAsync(tree)).GetIdentityAsync(default)).Stamp);
    }

    [Fact]
    public async Task Any_range_is_the_range_of_the_whole()
    {
        var source = await CreateAsync(MakeTree());
        var whole = await ReadAllAsync(source);
        var ranges =
            from start in Gen.Choose(0, whole.Length)
            from length in Gen.Choose(0, whole.Length - start)
            select (start, length);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(ranges.ToArbitrary(), range =>
        {
            var part = new byte[range.length];
            Array.Fill(part, (byte)0xAA);
            source.ReadAsync(range.start, part, default).AsTask().GetAwaiter().GetResult();
            Assert.Equal(whole[range.start..(range.start + range.length)], part);
        }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => source.ReadAsync(source.Length, new byte[1], default).AsTask());
    }

    [Theory]
    [InlineData("longer")]
    [InlineData("shorter")]
    [InlineData("touched")]
    [InlineData("removed")]
    public async Task A_file_that_changes_after_the_listing_is_named(string change)
    {
        var path = _folder.WriteFile("t/data.bin", "0123456789");
        var source = await CreateAsync(_folder.Combine("t"));
        switch (change)
        {
            case "longer": File.AppendAllText(path, "x"); break;
            case "shorter": File.WriteAllText(path, "0"); break;
            case "touched": File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddMilliseconds(2)); break;
            case "removed": File.Delete(path); break;
        }

        var error = await Assert.ThrowsAsync<RescaleException>(() => ReadAllAsync(source));
        Assert.Equal(ErrorIds.SourceChanged, error.ErrorId);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_is_refused_by_name_and_does_not_hang()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows has no pipes in folders.");
        Directory.CreateDirectory(_folder.Combine("t"));
        await RunAsync("mkfifo", _folder.Combine("t", "pipe"));
        var error = await Assert.ThrowsAsync<RescaleException>(() => CreateAsync(_folder.Combine("t")));
        Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
        Assert.Contains(_folder.Combine("t", "pipe"), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("printf x > \"$1/$(printf 'a\\351.txt')\"", "has a name")]
    [InlineData("mkdir \"$1/$(printf 'a\\351')\"", "has a name")]
    [InlineData("ln -s /etc \"$1/$(printf 'a\\351')\"", "has a name")]
    [InlineData("ln -s \"$(printf 'a\\351')\" \"$1/a\"", "is a link to a name")]
    public async Task A_name_that_is_no_text_is_refused_as_such(string make, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Names of files are text elsewhere.");
        var folder = Directory.CreateDirectory(_folder.Combine("t")).FullName;
        await RunAsync("sh", "-c", make, "sh", folder);
        try
        {
            var error = await Assert.ThrowsAsync<RescaleException>(() => CreateAsync(folder));
            Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
            Assert.Contains($"{expected} that is not UTF-8", error.Message, StringComparison.Ordinal);
            Assert.StartsWith($"'{folder}/a", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            // The runtime cannot remove what it cannot name.
            await RunAsync("rm", "-r", folder);
        }
    }

    [Fact]
    public async Task A_time_that_the_runtime_has_none_for_is_an_error_of_its_file()
    {
        // Of the file systems of a Linux machine this one holds it.
        const string Memory = "/dev/shm";
        Assert.SkipUnless(Directory.Exists(Memory), "There is no file system that could hold such a time.");
        var folder = Directory.CreateDirectory(Path.Combine(Memory, $"rescale-test-{Guid.NewGuid():n}")).FullName;
        try
        {
            var path = Path.Combine(folder, "far");
            await RunAsync("touch", "-d", "@300000000000", path);
            var error = await Assert.ThrowsAsync<RescaleException>(() => CreateAsync(folder));
            Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            using var source = new LocalFileSource(path);
            error = await Assert.ThrowsAsync<RescaleException>(() => source.GetIdentityAsync(TestContext.Current.CancellationToken));
            Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_letter_that_stands_for_no_text_is_one_like_others()
    {
        _folder.WriteFile("t/a\uFFFD/b\uFFFD", "x");
        File.CreateSymbolicLink(_folder.Combine("t", "link"), "a\uFFFD");
        var bytes = await ReadAllAsync(await CreateAsync(_folder.Combine("t")));
        using var reader = new TarReader(new MemoryStream(bytes));
        var entries = new List<(string Name, string Link)>();
        while (await reader.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken) is { } entry)
            entries.Add((entry.Name, entry.LinkName));
        Assert.Contains(("Run 1/a\uFFFD/b\uFFFD", ""), entries);
        Assert.Contains(("Run 1/link", "a\uFFFD"), entries);
    }

    [Fact]
    public async Task An_unreadable_file_is_named()
    {
        if (OperatingSystem.IsWindows() || Environment.UserName == "root")
        {
            Assert.Skip("The superuser may read everything; Windows has no mode bits.");
            return;
        }

        var path = _folder.WriteFile("t/secret", "x");
        File.SetUnixFileMode(path, UnixFileMode.None);
        var error = await Assert.ThrowsAsync<RescaleException>(async () => await ReadAllAsync(await CreateAsync(_folder.Combine("t"))));
        Assert.Equal(ErrorIds.SourceUnreadable, error.ErrorId);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_folder_is_named()
    {
        var error = await Assert.ThrowsAsync<RescaleException>(() => CreateAsync(_folder.Combine("none")));
        Assert.Equal(ErrorIds.SourceNotFound, error.ErrorId);
    }

    [Fact]
    public async Task A_folder_given_as_a_link_is_archived_as_the_folder_it_points_to()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Links need a privilege on Windows.");
        _folder.WriteFile("real/data.txt", "data");
        Directory.CreateSymbolicLink(_folder.Combine("link"), _folder.Combine("real"));
        Assert.Equal(1, (await CreateAsync(_folder.Combine("link"))).FileCount);
    }

    private static Task<TarSource> CreateAsync(string folder, string rootName = "Run 1")
        => TarSource.CreateAsync(folder, rootName, TestContext.Current.CancellationToken);

    private string MakeTree()
    {
        var tree = Directory.CreateDirectory(_folder.Combine("Run 1")).FullName;
        Directory.CreateDirectory(Path.Combine(tree, "empty folder"));
        _folder.WriteFile("Run 1/empty", "");
        _folder.WriteFile("Run 1/[a]/b c/ü中😀.txt", "text");
        _folder.WriteFile($"Run 1/{LongName}", "long");
        _folder.WriteFile("Run 1/block", new string('b', 512));
        _folder.WriteFile("Run 1/big", new string('z', 70_001));
        var script = _folder.WriteFile("Run 1/solve.sh", "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, (UnixFileMode)0b111_101_000);
            File.CreateSymbolicLink(Path.Combine(tree, "dangling"), "../missing");
            File.CreateSymbolicLink(Path.Combine(tree, "link"), "block");
            File.CreateSymbolicLink(Path.Combine(tree, "far"), string.Concat(Enumerable.Repeat("x/", 70)));
            Directory.CreateSymbolicLink(Path.Combine(tree, "to folder"), "[a]");
        }

        File.SetLastWriteTimeUtc(script, new DateTime(2001, 2, 3, 4, 5, 6, 700, DateTimeKind.Utc));
        return tree;
    }
}
