using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;

namespace RescaleInterlink.Core.Tests.Library.Folders;

public class PathGlobTests
{
    [Theory]
    [InlineData("*.log", "run.log", true)]
    [InlineData("*.log", "a/b/run.log", true)]
    [InlineData("*.log", "a/run.log.gz", false)]
    [InlineData("*.LOG", "run.log", false)]
    [InlineData("a/*.log", "a/run.log", true)]
    [InlineData("a/*.log", "x/a/run.log", false)]
    [InlineData("a/*.log", "a/b/run.log", false)]
    [InlineData("/run.log", "run.log", true)]
    [InlineData("./a/run.log", "a/run.log", true)]
    [InlineData("a\\run.log", "a/run.log", true)]
    [InlineData("**/run.log", "run.log", true)]
    [InlineData("**/run.log", "a/b/run.log", true)]
    [InlineData("**/a/*.log", "x/a/run.log", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**", "ab/c", false)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("a/**/z", "a/b/cz", false)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("ru?.log", "run.log", true)]
    [InlineData("a?b/c", "a/b/c", false)]
    [InlineData("run[0-9].log", "run7.log", true)]
    [InlineData("run[!0-9].log", "run7.log", false)]
    [InlineData("run[!0-9].log", "runx.log", true)]
    [InlineData("a/b[+-9]c", "a/b/c", false)]
    [InlineData("x[[]1].dat", "x[1].dat", true)]
    [InlineData("x[]]y", "x]y", true)]
    [InlineData("a.b", "axb", false)]
    [InlineData("ünï*", "a/ünïcode", true)]
    public void It_matches_as_documented(string pattern, string path, bool expected)
        => Assert.Equal(expected, new PathGlob(pattern).Matches(path, isFolder: false));

    [Fact]
    public void A_pattern_with_a_slash_at_its_end_is_about_folders()
    {
        Assert.True(new PathGlob("build/").Matches("a/build", isFolder: true));
        Assert.False(new PathGlob("build/").Matches("a/build", isFolder: false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a[b")]
    [InlineData("[z-a]")]
    [InlineData("a[")]
    [InlineData("[!")]
    public void What_is_no_pattern_is_refused(string pattern)
        => Assert.Equal(ErrorIds.TransferOptionInvalid, Assert.Throws<RescaleException>(() => new PathGlob(pattern)).ErrorId);

    [Fact]
    public void A_name_whose_special_characters_are_bracketed_matches_itself_alone() => Prop.ForAll(
        (from name in Gen.NonEmptyListOf(Gen.Elements("ab[]*?!-^.$(\\d\n+é".ToCharArray())) select new string([.. name]).Replace('\\', '_')).ToArbitrary(),
        name =>
        {
            var glob = new PathGlob(string.Concat(name.Select(static c => c is '[' or '*' or '?' ? $"[{c}]" : c.ToString())));
            Assert.True(glob.Matches("folder/" + name, isFolder: false));
            Assert.False(glob.Matches("folder/" + name + "x", isFolder: false));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_exclusion_wins_and_takes_what_lies_beneath()
    {
        var filter = new TreeFilter(["*.dat", "results"], ["old", "*.tmp"]);
        Assert.Equal(TreeVerdict.Taken, filter.Judge("a/x.dat", false, TreeVerdict.Passed));
        Assert.Equal(TreeVerdict.LeftOut, filter.Judge("a/x.txt", false, TreeVerdict.Passed));
        Assert.Equal(TreeVerdict.Passed, filter.Judge("a", true, filter.Top));
        Assert.Equal(TreeVerdict.Taken, filter.Judge("a/results", true, TreeVerdict.Passed));
        Assert.Equal(TreeVerdict.Taken, filter.Judge("a/results/x.txt", false, TreeVerdict.Taken));
        Assert.Equal(TreeVerdict.LeftOut, filter.Judge("a/results/x.tmp", false, TreeVerdict.Taken));
        Assert.Equal(TreeVerdict.LeftOut, filter.Judge("a/old", true, TreeVerdict.Taken));
    }
}
