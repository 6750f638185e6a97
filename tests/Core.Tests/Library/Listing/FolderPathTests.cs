using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Listing;

namespace RescaleInterlink.Core.Tests.Library.Listing;

public class FolderPathTests
{
    [Theory]
    [InlineData("/My Library/a/b", "", "My Library", "a", "b")]
    [InlineData("/My Library/a/", "", "My Library", "a")]
    [InlineData("//My Library//a//", "", "My Library", "a")]
    [InlineData("/My Library/./a/../b/.", "", "My Library", "b")]
    [InlineData("/", "")]
    [InlineData("/a/..", "")]
    [InlineData(@"/a\/b/c\\d", "", "a/b", @"c\d")]
    [InlineData(@"/a/\../\.", "", "a", "..", ".")]
    [InlineData(@"/a\b", "", @"a\b")]
    [InlineData(@"/a\", "", @"a\")]
    [InlineData("abc/x/y", "abc", "x", "y")]
    [InlineData("abc/", "abc")]
    public void A_path_is_read(string path, string id, params string[] names)
    {
        var read = FolderPath.Parse(path);
        Assert.Equal(id, read.Id);
        Assert.Equal(names, read.Names);
    }

    [Theory]
    [InlineData("no slash")]
    [InlineData("/..")]
    [InlineData("/a/../../b")]
    [InlineData("id/..")]
    public void What_is_no_path_is_refused(string path)
        => Assert.Equal(ErrorIds.FolderPathInvalid, Assert.Throws<RescaleException>(() => FolderPath.Parse(path)).ErrorId);

    [Fact]
    public void Names_of_any_kind_come_back_from_their_path()
    {
        var name = from count in Gen.Choose(1, 6) from parts in Gen.ArrayOf(Gen.Elements("/", "\\", ".", "..", "a", " ", "ü", "🚀", "[", "~", "%2F"), count) select string.Concat(parts);
        var names = from count in Gen.Choose(1, 4) from all in Gen.ArrayOf(name, count) select all;
        Prop.ForAll(names.ToArbitrary(), static all =>
        {
            var path = all.Aggregate("", static (path, name) => FolderPath.Join(path, name, "id"));
            return FolderPath.Parse(path) is { Id: "" } read && read.Names.SequenceEqual(all);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Any_text_is_a_path_or_an_error_of_ours()
        => Prop.ForAll<string?>(static text =>
        {
            try
            {
                return FolderPath.Parse(text ?? "").Names.All(static name => name.Length > 0);
            }
            catch (RescaleException e)
            {
                return e.ErrorId == ErrorIds.FolderPathInvalid;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
}
