using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Archiving;

namespace RescaleInterlink.Core.Tests.Archiving;

/// <summary>The cases are those that Go documents for filepath.Match, and a plain reading of the same rules.</summary>
public sealed class NamePatternTests
{
    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("*", "abc", true)]
    [InlineData("*c", "abc", true)]
    [InlineData("a*", "a", true)]
    [InlineData("a*b*c*d*e*", "axbxcxdxexxx", true)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzx", true)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzy", false)]
    [InlineData("ab[c]", "abc", true)]
    [InlineData("ab[b-d]", "abc", true)]
    [InlineData("ab[e-g]", "abc", false)]
    [InlineData("ab[^c]", "abc", false)]
    [InlineData("ab[^e-g]", "abc", true)]
    [InlineData("a[d-b]", "ac", false)]
    [InlineData("a?b", "a☺b", true)]
    [InlineData("a[^a]b", "a☺b", true)]
    [InlineData("a???b", "a☺b", false)]
    [InlineData("?", "😀", true)]
    [InlineData("[a-ζ]*", "α", true)]
    [InlineData("*[a-ζ]", "A", false)]
    [InlineData("*x", "xxx", true)]
    [InlineData("Run_*", "run_1", false)]
    [InlineData("*", ".hidden", true)]
    [InlineData("*", "", true)]
    public void Names_match_as_in_Go(string pattern, string name, bool matches) => Assert.Equal(matches, new NamePattern(pattern).Matches(name));

    [Theory]
    [InlineData("a\\*b", "a*b", true)]
    [InlineData("a\\*b", "axb", false)]
    [InlineData("[\\]a]", "]", true)]
    [InlineData("[\\-x]", "-", true)]
    [InlineData("[x\\-]", "z", false)]
    public void A_backslash_takes_the_next_as_it_is_where_it_separates_nothing(string pattern, string name, bool matches)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows a backslash separates names.");
        Assert.Equal(matches, new NamePattern(pattern).Matches(name));
    }

    [Theory]
    [InlineData("[]a]")]
    [InlineData("[-]")]
    [InlineData("[x-]")]
    [InlineData("[-x]")]
    [InlineData("[a-b-c]")]
    [InlineData("[")]
    [InlineData("[^")]
    [InlineData("[^bc")]
    [InlineData("a[")]
    public void What_is_no_pattern_is_said_to_be_none(string pattern)
        => Assert.Equal(ErrorIds.JobTableInvalid, Assert.Throws<RescaleException>(() => new NamePattern(pattern)).ErrorId);

    [Fact]
    public void Many_stars_take_no_time()
        => Assert.False(new NamePattern(string.Concat(Enumerable.Repeat("a*", 40)) + "b").Matches(new string('a', 20_000)));

    [Fact]
    public void Stars_and_questions_mean_the_same_as_to_whoever_tries_everything()
    {
        var patterns = from characters in Gen.Elements('*', '?', 'a', 'b').ListOf(6) select string.Concat(characters);
        var names = from characters in Gen.Elements('a', 'b').ListOf() select string.Concat(characters.Take(8));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(patterns.ToArbitrary(), names.ToArbitrary(),
            static (pattern, name) => Assert.Equal(TryEverything(pattern, name), new NamePattern(pattern).Matches(name))));
    }

    private static bool TryEverything(string pattern, string name) => pattern.Length == 0 ? name.Length == 0
        : pattern[0] == '*' ? Enumerable.Range(0, name.Length + 1).Any(taken => TryEverything(pattern[1..], name[taken..]))
        : name.Length > 0 && (pattern[0] == '?' || pattern[0] == name[0]) && TryEverything(pattern[1..], name[1..]);
}
