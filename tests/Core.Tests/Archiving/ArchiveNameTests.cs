using System.Text.Json;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Core.Tests.Archiving;

public sealed class ArchiveNameTests
{
    [Fact]
    public void All_vectors_pass()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The vectors are Unix paths.");
        using var vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "test-vectors.json")));
        var section = vectors.RootElement.GetProperty("tarNames");
        Assert.Equal(section.GetProperty("fnv1a32OfEmpty").GetString(), ArchiveName.Fnv1a32([]).ToString("x8"));
        foreach (var vector in section.GetProperty("vectors").EnumerateArray())
            Assert.Equal(
                vector.GetProperty("fileName").GetString(),
                ArchiveName.For(vector.GetProperty("absoluteDirectory").GetString()!, vector.GetProperty("compression").GetString() == "gzip"));
    }

    [Fact]
    public void A_root_has_no_name()
        => Assert.Equal(ErrorIds.JobSpecInvalid, Assert.Throws<RescaleException>(() => ArchiveName.For(Path.GetPathRoot(Path.GetTempPath())!, false)).ErrorId);

    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("a/b", "a/b")]
    [InlineData(@"a\b", "a/b")]
    [InlineData("./a/", "a")]
    [InlineData(".", "")]
    [InlineData("a..b", "a..b")]
    public void A_subpath_stays_inside(string subpath, string expected)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.GetTempPath()));
        Assert.Equal(Path.Combine([root, .. expected.Split('/', StringSplitOptions.RemoveEmptyEntries)]), ArchiveFolder.Resolve(root, subpath));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData(@"a\..\..\b")]
    [InlineData("/etc")]
    [InlineData(@"\x")]
    [InlineData("C:/x")]
    public void A_subpath_that_could_leave_is_refused(string subpath)
        => Assert.Equal(ErrorIds.JobSpecInvalid, Assert.Throws<RescaleException>(() => ArchiveFolder.Resolve(Path.GetTempPath(), subpath)).ErrorId);
}
