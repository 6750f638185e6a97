using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Library.Folders;

/// <summary>The one table of names: what the platform has, and what becomes of it on disk.</summary>
public class SiblingNamesTests
{
    // Entries are written "f:id:name" (file) and "d:id:name" (folder); "!" stands for an error.
    [Theory]
    [InlineData("f:1:a.txt f:2:b.txt", "a.txt b.txt")]
    [InlineData("f:1:a.txt f:2:a.txt", "a_1.txt a_2.txt")]
    [InlineData("f:1:a.txt f:2:A.txt", "a.txt A.txt")]
    [InlineData("d:1:x d:2:x", "x_1 x_2")]
    [InlineData("d:1:v1.2 d:2:v1.2", "v1.2_1 v1.2_2")]
    [InlineData("d:1:x f:2:x", "x x.file")]
    [InlineData("f:1:x d:2:x", "x.file x")]
    [InlineData("d:1:x f:2:x f:3:x.file", "x x (2).file x.file")]
    [InlineData("f:1:a.txt f:2:a.txt f:3:a_1.txt", "a_1 (2).txt a_2.txt a_1.txt")]
    [InlineData("d:1:x d:2:x f:3:x", "x_1 x_2 x.file")]
    [InlineData("f:1:.rc f:2:.rc", ".rc_1 .rc_2")]
    [InlineData("f:../3:a f:2:a", "a____3 a_2")]
    [InlineData("f:1:.. f:2:. f:3:a/b f:4:a\\b f:5:ok", "! ! ! ! ok")]
    [InlineData("d:1:.. d:2:/etc", "! !")]
    [InlineData("f:1:CON f:2:aux.txt f:3:trail. f:4:c:d", "CON aux.txt trail. c:d")]
    public void On_linux(string entries, string expected) => Check(entries, expected, StringComparison.Ordinal, windows: false);

    [Theory]
    [InlineData("f:1:a.txt f:2:A.txt", "a_1.txt A_2.txt")]
    [InlineData("d:1:Data d:2:data", "Data_1 data_2")]
    [InlineData("d:1:Data f:2:data", "Data data.file")]
    [InlineData("f:1:CON f:2:aux.txt f:3:trail. f:4:c:d f:5:ok", "! ! ! ! ok")]
    [InlineData("d:1:nul d:2:x.", "! !")]
    public void On_windows(string entries, string expected) => Check(entries, expected, StringComparison.OrdinalIgnoreCase, windows: true);

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void A_name_that_is_none_is_an_error(string name)
    {
        var named = Assert.Single(SiblingNames.Assign([Entry("file", "1", name)], StringComparison.Ordinal, windows: false));
        Assert.Null(named.Name);
        Assert.Equal(ErrorIds.UnsafeFileName, named.Error!.ErrorId);
    }

    [Fact]
    public void The_order_of_a_listing_changes_no_plain_name_and_no_name_with_an_id()
    {
        var entries = new[] { Entry("file", "1", "a"), Entry("file", "2", "a"), Entry("folder", "3", "a"), Entry("file", "4", "b") };
        Dictionary<string, string?> Names(IEnumerable<FolderEntry> list)
            => SiblingNames.Assign([.. list], StringComparison.Ordinal, windows: false).ToDictionary(static n => n.Entry.Item.Id, static n => n.Name);
        Assert.Equal(Names(entries).OrderBy(static p => p.Key), Names(entries.Reverse()).OrderBy(static p => p.Key));
    }

    private static void Check(string entries, string expected, StringComparison comparison, bool windows)
    {
        var named = SiblingNames.Assign(
            [.. entries.Split(' ').Select(static e => e.Split(':', 3)).Select(static e => Entry(e[0] == "d" ? "folder" : "file", e[1], e[2]))], comparison, windows);
        Assert.Equal(expected, string.Join(' ', named.Select(static n => n.Name ?? "!")));
        var names = named.Where(static n => n.Name is not null).Select(static n => n.Name!).ToArray();
        Assert.Equal(names.Length, names.Distinct(StringComparer.FromComparison(comparison)).Count());
    }

    private static FolderEntry Entry(string type, string id, string name) => new(type, new PlatformFile { Id = id, Name = name });
}
