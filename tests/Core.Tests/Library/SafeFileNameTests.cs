using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library;

public class SafeFileNameTests
{
    private static IEnumerable<string> Names(string list) => Vectors.Section("fileNameValidation").GetProperty(list).EnumerateArray().Select(static n => n.GetString()!);

    [Fact]
    public void What_the_go_tool_accepts_is_accepted()
    {
        Assert.All(Names("upstreamAccepts"), static name => Assert.Null(SafeFileName.Fault(name, windows: false)));
        // Three dots lose their last one on Windows.
        Assert.All(Names("upstreamAccepts").Where(static n => n != "..."), static name => Assert.Null(SafeFileName.Fault(name, windows: true)));
    }

    [Fact]
    public void What_the_go_tool_rejects_is_rejected_everywhere()
        => Assert.All(Names("upstreamRejects"), static name =>
        {
            Assert.NotNull(SafeFileName.Fault(name, windows: false));
            Assert.NotNull(SafeFileName.Fault(name, windows: true));
        });

    [Fact]
    public void What_it_should_reject_is_rejected_where_it_does_harm()
    {
        Assert.All(Names("upstreamAcceptsButShouldBeRejectedOrMapped"), static name => Assert.NotNull(SafeFileName.Fault(name, windows: true)));
        string[] harmlessOnUnix = ["CON", "nul.txt", "a:b", "trail.", "trail "];
        Assert.All(
            Names("upstreamAcceptsButShouldBeRejectedOrMapped"),
            name => Assert.Equal(harmlessOnUnix.Contains(name), SafeFileName.Fault(name, windows: false) is null));
    }

    [Theory]
    [InlineData("com1")]
    [InlineData("LPT9.log")]
    [InlineData("aux .txt")]
    [InlineData("COM\u00B2")]
    [InlineData("what?.txt")]
    [InlineData("a*b")]
    [InlineData("a|b")]
    public void Windows_has_more_names_that_it_cannot_bear(string name) => Assert.NotNull(SafeFileName.Fault(name, windows: true));

    [Theory]
    [InlineData("console.txt")]
    [InlineData("COM10")]
    [InlineData("[brackets] and Ünïcödé 日本.txt")]
    [InlineData(".hidden")]
    public void Ordinary_names_are_safe_everywhere(string name) => Assert.Null(SafeFileName.Fault(name, windows: true));

    [Fact]
    public void A_refusal_shows_no_control_characters_and_little_of_a_huge_name()
    {
        var error = Assert.Throws<RescaleException>(() => SafeFileName.Require("a\u001b[31m" + new string('x', 1 << 20)));
        Assert.Equal(ErrorIds.UnsafeFileName, error.ErrorId);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.True(error.Message.Length < 300);
    }

    [Theory]
    [InlineData("out/a.txt", "x", "out/a.txt")]
    [InlineData("./out//a.txt", "x", "out/a.txt")]
    [InlineData(null, "x", "x")]
    [InlineData("", "x", "x")]
    [InlineData("../a.txt", "x", "x")]
    [InlineData("out/../../a.txt", "x", "x")]
    [InlineData("/etc/passwd", "x", "x")]
    [InlineData("out\\..\\a.txt", "x", "x")]
    [InlineData("out/", "x", "x")]
    [InlineData("out/a\u0000b", "x", "x")]
    public void A_relative_path_is_kept_inside_or_dropped(string? relative, string name, string expected)
        => Assert.Equal(Path.GetFullPath(Path.Combine("/root/job", expected)), SafeFileName.Resolve("/root/job", relative, name));

    [Fact]
    public void When_neither_is_safe_there_is_no_path() => Assert.Throws<RescaleException>(() => SafeFileName.Resolve("/root/job", "../x", ".."));

    [Fact]
    public void A_link_is_followed_to_where_it_really_leads()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using var folder = new TemporaryFolder();
        using var outside = new TemporaryFolder();
        Directory.CreateDirectory(outside.File("sub"));
        Directory.CreateDirectory(folder.File("top/real"));
        // By its text b stays inside; the link on its way leads out.
        Directory.CreateSymbolicLink(folder.File("top/a"), outside.Path);
        Directory.CreateSymbolicLink(folder.File("top/b"), folder.File("top/a/sub"));
        var top = folder.File("top");
        Assert.Equal(Path.Combine(top, "x"), SafeFileName.Resolve(top, "b/x", "x"));
        // A folder that was itself reached through a link holds what lies in it.
        Directory.CreateSymbolicLink(folder.File("link"), top);
        Directory.CreateSymbolicLink(folder.File("top/in"), folder.File("top/real"));
        Assert.Equal(folder.File("link/in/x"), SafeFileName.Resolve(folder.File("link"), "in/x", "x"));
    }

    [Fact]
    public void A_link_that_leads_out_of_the_folder_is_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        using var folder = new TemporaryFolder();
        using var outside = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder.File("out"), outside.Path);
        Directory.CreateDirectory(folder.File("real"));
        Directory.CreateSymbolicLink(folder.File("in"), folder.File("real"));
        File.CreateSymbolicLink(folder.File("circle"), folder.File("circle"));
        Assert.Equal(folder.File("a"), SafeFileName.Resolve(folder.Path, "out/a", "a"));
        Assert.Equal(folder.File("a"), SafeFileName.Resolve(folder.Path, "in/../out/a", "a"));
        Assert.Equal(Path.Combine(folder.Path, "in", "a"), SafeFileName.Resolve(folder.Path, "in/a", "a"));
        Assert.Equal(folder.File("a"), SafeFileName.Resolve(folder.Path, "circle/a", "a"));
    }

    [Fact]
    public void No_path_of_any_server_leaves_the_folder()
    {
        string[] pieces = ["..", ".", "", "a", "b.txt", "/", "\\", ":", "\0", "\n", "CON", " ", "~", "C:", "日本", "\ud800"];
        var text = from count in Gen.Choose(0, 8) from parts in Gen.ArrayOf(Gen.Elements(pieces), count) from separator in Gen.Elements("/", "\\", "") select string.Join(separator, parts);
        var cases = from relative in text from name in text select (relative, name);
        Prop.ForAll(cases.ToArbitrary(), static c =>
        {
            try
            {
                var path = SafeFileName.Resolve("/root/job", c.relative, c.name);
                return Path.GetFullPath(path) == path && path.StartsWith("/root/job/", StringComparison.Ordinal) && !path.Contains('\0', StringComparison.Ordinal);
            }
            catch (RescaleException e)
            {
                return e.ErrorId == ErrorIds.UnsafeFileName;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }
}
