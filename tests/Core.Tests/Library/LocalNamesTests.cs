using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Library;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Library;

public class LocalNamesTests
{
    [Theory]
    [InlineData("a.dat", 2, "a (2).dat")]
    [InlineData("a.tar.gz", 10, "a.tar (10).gz")]
    [InlineData(".profile", 2, ".profile (2)")]
    [InlineData("plain", 3, "plain (3)")]
    public void A_name_beside_keeps_folder_and_extension(string name, int number, string expected)
        => Assert.Equal($"/r/{expected}", LocalNames.Beside($"/r/{name}", number).Replace('\\', '/'));

    [Theory]
    [InlineData(StringComparison.Ordinal, "/r/D/a", "/r/d/b", "/r/x.csv", "/r/X.csv")]
    [InlineData(StringComparison.OrdinalIgnoreCase, "/r/D/a", "/r/d/b", "/r/x_3.csv", "/r/X_4.csv")]
    public void Where_the_disk_ignores_case_names_that_differ_by_it_alone_get_their_id(StringComparison comparison, params string[] expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere all disks are taken to ignore it.");
        var names = LocalNames.Assign("/r", [File("1", "a", "D/a"), File("2", "b", "d/b"), File("3", "x.csv", null), File("4", "X.csv", null)], _ => comparison);
        Assert.Equal(expected, names.Select(static n => n.Path));
    }

    [Fact]
    public void Files_that_share_a_path_all_get_their_id()
        => Assert.Equal(["/r/a_1.txt", "/r/a_2.txt", "/r/b.txt", "/r/d/a.txt"], Assign(("1", "a.txt", null), ("2", "a.txt", null), ("3", "b.txt", null), ("4", "a.txt", "d/a.txt")));

    [Fact]
    public void The_id_goes_before_the_last_extension()
        => Assert.Equal(["/r/a.tar_1.gz", "/r/a.tar_2.gz", "/r/.hidden_3", "/r/.hidden_4"], Assign(("1", "a.tar.gz", null), ("2", "a.tar.gz", null), ("3", ".hidden", null), ("4", ".hidden", null)));

    [Fact]
    public void A_file_where_a_folder_is_needed_gets_a_suffix()
        => Assert.Equal(["/r/a.file", "/r/a/b", "/r/a/b/c"], Assign(("1", "a", null), ("2", "b", "a/b.x"), ("3", "c", "a/b/c")).Select(static p => p == "/r/a/b.x" ? "/r/a/b" : p));

    [Fact]
    public void A_name_that_another_file_really_has_is_not_given_twice()
        => Assert.Equal(["/r/a_1_2.txt", "/r/a_2.txt", "/r/a_1.txt"], Assign(("1", "a.txt", null), ("2", "a.txt", null), ("3", "a_1.txt", null)));

    [Fact]
    public void A_hostile_id_stays_within_its_name()
        => Assert.Equal(["/r/a____x.txt", "/r/a_2.txt"], Assign(("../x", "a.txt", null), ("2", "a.txt", null)));

    [Fact]
    public void An_unsafe_name_is_that_files_error_alone()
    {
        var names = LocalNames.Assign("/r", [File("1", "..", null), File("2", "b", null)]);
        Assert.Null(names[0].Path);
        Assert.NotNull(names[0].Error);
        Assert.Equal("/r/b", names[1].Path);
    }

    [Fact]
    public void No_two_files_ever_share_a_path_or_lie_in_each_other()
    {
        string[] names = ["a", "b", "a.txt", "a_1", "a_1.txt", "a.file", "A"];
        string[] paths = ["", "a/b", "a/a.txt", "b/a", "a.file/x", "../a", "a/b/a"];
        var files = Gen.ListOf(from name in Gen.Elements(names) from path in Gen.Elements(paths) from id in Gen.Choose(1, 4) select (name, path, id), 7);
        Prop.ForAll(files.ToArbitrary(), static list =>
        {
            var assigned = LocalNames.Assign("/r", [.. list.Select(static f => File(f.id.ToString(System.Globalization.CultureInfo.InvariantCulture), f.name, f.path))]);
            var all = assigned.Select(static a => a.Path!).ToList();
            var comparer = StringComparer.FromComparison(LocalNames.Comparison);
            return all.Distinct(comparer).Count() == all.Count
                && !all.Any(p => all.Any(q => q.StartsWith(p + "/", LocalNames.Comparison)))
                && all.All(static p => p.StartsWith("/r/", StringComparison.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static IEnumerable<string?> Assign(params (string Id, string Name, string? RelativePath)[] files)
        => LocalNames.Assign("/r", [.. files.Select(static f => File(f.Id, f.Name, f.RelativePath))]).Select(static n => n.Path);

    private static PlatformFile File(string id, string name, string? relativePath) => new() { Id = id, Name = name, RelativePath = relativePath };
}
