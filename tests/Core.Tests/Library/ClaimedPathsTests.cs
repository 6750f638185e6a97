using RescaleInterlink.Library;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library;

public sealed class ClaimedPathsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_names_that_differ_by_case_are_one_where_the_disk_says_so(bool ignoresCase)
    {
        var asked = new List<string>();
        var claims = new ClaimedPaths(folder =>
        {
            asked.Add(folder);
            return ignoresCase;
        });
        Assert.True(claims.TryClaim(_folder.File("Data.csv")));
        Assert.True(claims.TryClaim(_folder.File("other.csv")));
        Assert.False(claims.TryClaim(_folder.File("Data.csv")));
        Assert.Empty(asked);
        Assert.Equal(!ignoresCase, claims.TryClaim(_folder.File("data.csv")));
        Assert.Equal([_folder.Path], asked);
    }

    [Fact]
    public void Asking_the_disk_leaves_nothing_behind_and_needs_no_folder()
    {
        Assert.Equal(!OperatingSystem.IsLinux(), LetterCase.IsIgnoredIn(_folder.File("not/yet/there")));
        Assert.Empty(_folder.Names());
        Assert.Equal(OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase, LetterCase.ComparisonIn(_folder.Path));
    }
}
