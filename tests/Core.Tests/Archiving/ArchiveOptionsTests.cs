using System.IO.Enumeration;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using static RescaleInterlink.Core.Tests.Archiving.TarTesting;

namespace RescaleInterlink.Core.Tests.Archiving;

/// <summary>What the system's tar unpacks is what was asked for, of any tree.</summary>
public sealed class ArchiveOptionsTests : IDisposable
{
    private static readonly string[] Directories = ["", "a/", "a/b c/", "out.d/", "[x]/", "ü/"];
    private static readonly string[] Names = ["run.inp", "run.out", "mesh.dat", "[1].dat", "Run.OUT", "größe.log", ".hidden", "out"];
    private static readonly string[] Patterns = ["*.out", "*.dat", "run.*", "*", "???", "out", "*ö*", ".*", "none"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_system_tar_unpacks_what_was_asked_for()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Needs the system's GNU tar.");
        var cases =
            from files in Gen.SubListOf(Directories.SelectMany(static _ => Names, static (folder, name) => folder + name))
            from patterns in Gen.SubListOf(Patterns)
            from kind in Gen.Choose(0, 2)
            from flatten in Gen.Elements(false, true)
            from gzip in Gen.Elements(false, true)
            select (Files: files, Options: new ArchiveOptions
            {
                Include = kind == 1 ? [.. patterns.Take(2)] : [],
                Exclude = kind == 2 ? [.. patterns.Take(2)] : [],
                Flatten = flatten,
                Compression = gzip ? TarCompression.Gzip : TarCompression.None,
            });
        var number = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(cases.ToArbitrary(),
            one => RequireAsync(++number, [.. one.Files], one.Options).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task Two_files_of_one_name_cannot_be_flattened_and_both_are_named()
    {
        var first = _folder.WriteFile("t/a/mesh.dat", "1");
        var second = _folder.WriteFile("t/b/mesh.dat", "2");
        var error = await Assert.ThrowsAsync<RescaleException>(() => CreateAsync("t", new ArchiveOptions { Flatten = true }));
        Assert.Equal(ErrorIds.ArchiveNameTaken, error.ErrorId);
        Assert.Contains(first, error.Message, StringComparison.Ordinal);
        Assert.Contains(second, error.Message, StringComparison.Ordinal);
        // One that is left out is not in anybody's way.
        File.Move(second, _folder.Combine("t", "b", "mesh.out"));
        _folder.WriteFile("t/b/c/mesh.out", "3");
        Assert.Equal(1, (await CreateAsync("t", new ArchiveOptions { Flatten = true, Exclude = ["*.out"] })).Source.FileCount);
    }

    [Theory]
    [InlineData(new[] { "*.a" }, new[] { "*.b" })]
    [InlineData(new[] { "[a" }, new string[0])]
    [InlineData(new string[0], new[] { "" })]
    public async Task Patterns_that_cannot_be_used_are_refused(string[] include, string[] exclude)
    {
        _folder.WriteFile("t/f", "");
        var options = new ArchiveOptions { Include = include, Exclude = exclude };
        Assert.Equal(ErrorIds.PatternInvalid, Assert.Throws<RescaleException>(options.Require).ErrorId);
        Assert.Equal(ErrorIds.PatternInvalid, (await Assert.ThrowsAsync<RescaleException>(() => CreateAsync("t", options))).ErrorId);
    }

    [Fact]
    public async Task A_link_to_a_folder_is_a_link_that_patterns_apply_to()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Links need a privilege on Windows.");
        _folder.WriteFile("t/real/data.txt", "data");
        Directory.CreateSymbolicLink(_folder.Combine("t", "link.d"), "real");
        Assert.DoesNotContain("link.d", await ListAsync(await CreateAsync("t", new ArchiveOptions { Exclude = ["*.d"] })), StringComparison.Ordinal);
        Assert.Contains("link.d -> real", await ListAsync(await CreateAsync("t", new ArchiveOptions { Include = ["*.d"], Flatten = true })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_left_out_need_not_be_readable()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows has no pipes in folders.");
        _folder.WriteFile("t/data", "x");
        await RunAsync("mkfifo", _folder.Combine("t", "a.pipe"));
        Assert.Equal(1, (await CreateAsync("t", new ArchiveOptions { Exclude = ["*.pipe"] })).Source.FileCount);
    }

    [Fact]
    public async Task Only_what_changes_the_bytes_is_another_archive()
    {
        _folder.WriteFile("t/a.txt", "a");
        _folder.WriteFile("t/b.out", "b");
        var all = await CreateAsync("t", ArchiveOptions.Everything);
        var without = await CreateAsync("t", new ArchiveOptions { Exclude = ["*.out"] });
        Assert.NotEqual(await all.Source.GetIdentityAsync(default), await without.Source.GetIdentityAsync(default));
        Assert.Equal(await ReadAllAsync(without.Source), await ReadAllAsync((await CreateAsync("t", new ArchiveOptions { Include = ["a*"] })).Source));
        Assert.Empty(ArchiveOptions.Everything.Describe());
        Assert.Equal("without 'a' 'b', flattened, compressed", new ArchiveOptions { Exclude = ["b", "a"], Flatten = true, Compression = TarCompression.Gzip }.Describe());
        Assert.Equal("only 'a'", new ArchiveOptions { Include = ["a"] }.Describe());
    }

    private async Task RequireAsync(int number, IReadOnlyList<string> files, ArchiveOptions options)
    {
        var tree = Directory.CreateDirectory(_folder.Combine($"t{number}")).FullName;
        foreach (var file in files)
            _folder.WriteFile($"t{number}/{file}", $"content of {file}");
        bool Takes(string file) => (options.Include.Count == 0 || Any(options.Include, file)) && !Any(options.Exclude, file);
        var taken = files.Where(Takes).ToList();
        var expected = options.Flatten
            ? taken.Select(static file => (Path.GetFileName(file), file))
            : taken.Select(file => ($"t{number}/{file}", file));
        if (options.Flatten && taken.Select(Path.GetFileName).Distinct().Count() < taken.Count)
        {
            Assert.Equal(ErrorIds.ArchiveNameTaken, (await Assert.ThrowsAsync<RescaleException>(() => CreateAsync($"t{number}", options))).ErrorId);
            return;
        }

        var archive = await CreateAsync($"t{number}", options);
        var output = Directory.CreateDirectory(_folder.Combine($"out{number}")).FullName;
        var path = await WriteAsync(archive, number);
        await RunAsync("tar", options.IsGzip ? "-xzf" : "-xf", path, "-C", output);
        Assert.Equal(
            expected.Select(static pair => $"{pair.Item1}: content of {pair.file}").Order(StringComparer.Ordinal),
            Below(output, Directory.EnumerateFiles).Select(name => $"{name}: {File.ReadAllText(Path.Combine(output, name))}").Order(StringComparer.Ordinal));
        Assert.Equal(
            options.Flatten ? [] : Below(tree, Directory.EnumerateDirectories).Select(name => $"t{number}/{name}").Append($"t{number}").Order(StringComparer.Ordinal),
            Below(output, Directory.EnumerateDirectories).Order(StringComparer.Ordinal));
    }

    private static bool Any(IEnumerable<string> patterns, string file)
        => patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file), ignoreCase: false));

    private static IEnumerable<string> Below(string folder, Func<string, string, SearchOption, IEnumerable<string>> list)
        => list(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path));

    private async Task<string> WriteAsync(FolderArchive archive, int number)
    {
        var path = _folder.Combine($"archive{number}");
        await File.WriteAllBytesAsync(path, await ReadBytesAsync(archive.Bytes), TestContext.Current.CancellationToken);
        return path;
    }

    private async Task<string> ListAsync(FolderArchive archive) => await RunAsync("tar", "--list", "--verbose", "--file", await WriteAsync(archive, 0));

    private Task<FolderArchive> CreateAsync(string folder, ArchiveOptions options)
        => FolderArchive.CreateAsync(_folder.Combine(folder), options, TestContext.Current.CancellationToken);
}
