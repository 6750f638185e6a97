using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Folders;

public sealed class LocalTreeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_meets_each_folder_before_what_lies_in_it()
    {
        Make("b/c/1.txt", "a.txt", "b/2.txt", "empty/");
        var entries = Walk().ToArray();
        Assert.Equal(["", "b", "b/c", "empty"], Folders(entries).Order(StringComparer.Ordinal));
        Assert.Equal(["a.txt", "b/2.txt", "b/c/1.txt"], Files(entries));
        foreach (var file in entries.OfType<LocalEntry.FileFound>())
            Assert.True(Array.FindIndex(entries, e => e is LocalEntry.FolderFound f && f.Folder == file.Folder) < Array.IndexOf(entries, file));
        Assert.Equal(5, entries.OfType<LocalEntry.FileFound>().Single(static f => f.Name == "a.txt").Length);
    }

    [Fact]
    public void Hidden_ones_take_part_when_asked_for()
    {
        Make(".git/config", "a/.cache", "a/b");
        if (OperatingSystem.IsWindows())
            Array.ForEach([".git", "a/.cache"], name => File.SetAttributes(_folder.File(name), FileAttributes.Hidden));
        Assert.Equal(["a/b"], Files(Walk()));
        Assert.Equal([".git/config", "a/.cache", "a/b"], Files(Walk(hidden: true)));
    }

    [Fact]
    public void The_top_is_entered_though_it_is_hidden()
    {
        Make(".top/a");
        Assert.Equal(["a"], Files(Walk(top: ".top")));
    }

    [Fact]
    public void Filters_prune_and_name_folders_that_are_needed_for_a_file_only()
    {
        Make("src/a.cs", "src/obj/b.cs", "doc/c.md", "none/");
        var entries = Walk(new TreeFilter(["*.cs"], ["obj"])).ToArray();
        Assert.Equal(["src/a.cs"], Files(entries));
        Assert.All(entries.OfType<LocalEntry.FolderFound>(), static f => Assert.Equal(TreeVerdict.Passed, f.Folder.Verdict));
        Assert.DoesNotContain("src/obj", Folders(entries));
    }

    [Fact]
    public void Links_are_followed_left_out_or_refused()
    {
        Make("real/a", "data/b");
        Directory.CreateSymbolicLink(_folder.File("real/folder"), _folder.File("data"));
        File.CreateSymbolicLink(_folder.File("real/file"), _folder.File("data/b"));
        Assert.Equal(["a", "file", "folder/b"], Files(Walk(top: "real")));

        var skipped = Walk(top: "real", links: SymbolicLinkPolicy.Skip).ToArray();
        Assert.Equal(["a"], Files(skipped));
        Assert.Equal(2, skipped.OfType<LocalEntry.LeftOut>().Count(static e => !e.IsWarning));

        var refused = Walk(top: "real", links: SymbolicLinkPolicy.Error).ToArray();
        Assert.Equal(["a"], Files(refused));
        Assert.Equal([ErrorIds.SymbolicLinkRefused, ErrorIds.SymbolicLinkRefused], refused.OfType<LocalEntry.Fault>().Select(static f => f.Error.ErrorId));
    }

    [Fact]
    public void A_link_that_leads_nowhere_or_to_itself_is_a_fault()
    {
        Make("a");
        File.CreateSymbolicLink(_folder.File("broken"), _folder.File("missing"));
        File.CreateSymbolicLink(_folder.File("circle"), _folder.File("circle"));
        var entries = Walk().ToArray();
        Assert.Equal(["a"], Files(entries));
        Assert.Equal(
            [("broken", ErrorIds.SourceNotFound), ("circle", ErrorIds.SourceUnreadable)],
            entries.OfType<LocalEntry.Fault>().Select(static f => (Path.GetFileName(f.Path), f.Error.ErrorId)).Order());
    }

    [Theory]
    [InlineData("a/up", "a")]
    [InlineData("a/b/up", "a")]
    [InlineData("a/b/top", "")]
    [InlineData("a/b/above", "..")]
    public void A_link_to_a_folder_above_is_not_entered(string link, string target)
    {
        Make("tree/a/b/file");
        Directory.CreateSymbolicLink(_folder.File("tree/" + link), Path.GetFullPath(_folder.File("tree/" + target)));
        var entries = Walk(top: "tree").ToArray();
        Assert.Equal(["a/b/file"], Files(entries));
        Assert.Contains("above it", Assert.Single(entries.OfType<LocalEntry.LeftOut>(), static e => e.IsWarning).Text);
    }

    [Fact]
    public void Links_to_each_other_end()
    {
        Make("a/1", "b/2");
        Directory.CreateSymbolicLink(_folder.File("a/to-b"), _folder.File("b"));
        Directory.CreateSymbolicLink(_folder.File("b/to-a"), _folder.File("a"));
        Assert.Equal(["a/1", "a/to-b/2", "b/2", "b/to-a/1"], Files(Walk()));
    }

    [Fact]
    public void A_way_back_through_an_ordinary_folder_beneath_a_link_ends()
    {
        // outside/inner/tree is the tree itself, reached by a link to outside that lies in it.
        Make("outside/inner/tree/file", "outside/other");
        Directory.CreateSymbolicLink(_folder.File("outside/inner/tree/out"), _folder.File("outside/inner"));
        Assert.Equal(["file"], Files(Walk(top: "outside/inner/tree")));
    }

    [Fact]
    public void The_same_folder_by_two_links_is_there_twice()
    {
        Make("tree/real/1");
        Directory.CreateSymbolicLink(_folder.File("tree/one"), _folder.File("tree/real"));
        Assert.Equal(["one/1", "real/1"], Files(Walk(top: "tree")));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_folder_that_cannot_be_read_is_one_fault_and_the_rest_goes_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Folders are locked by mode bits here, which Windows has not.");
        Assert.SkipWhen(Environment.UserName == "root" || Environment.IsPrivilegedProcess, "Nothing is unreadable for root; the cmdlet suite drops the privilege with setpriv.");
        Make("locked/a", "open/b");
        File.SetUnixFileMode(_folder.File("locked"), UnixFileMode.None);
        try
        {
            var entries = Walk().ToArray();
            Assert.Equal(["open/b"], Files(entries));
            Assert.Equal(ErrorIds.SourceUnreadable, Assert.Single(entries.OfType<LocalEntry.Fault>()).Error.ErrorId);
        }
        finally
        {
            File.SetUnixFileMode(_folder.File("locked"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_folder_that_vanishes_is_one_fault_and_the_rest_goes_on()
    {
        Make("a/1", "b/2");
        var entries = new List<LocalEntry>();
        foreach (var entry in Walk())
        {
            entries.Add(entry);
            // The top has been listed by now, its folders not yet.
            if (entry is LocalEntry.FolderFound { Folder.RelativePath: "a" or "b" } found && entries.OfType<LocalEntry.FolderFound>().Count() == 2)
                Directory.Delete(found.Folder.Path, recursive: true);
        }

        Assert.Single(entries.OfType<LocalEntry.FileFound>());
        Assert.Equal(ErrorIds.SourceNotFound, Assert.Single(entries.OfType<LocalEntry.Fault>()).Error.ErrorId);
    }

    [Fact]
    public void Names_that_a_download_refuses_are_faults()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        Make("good", "back\\slash", "line\nbreak", "bad\tfolder/file");
        var entries = Walk().ToArray();
        Assert.Equal(["good"], Files(entries));
        Assert.Equal(3, entries.OfType<LocalEntry.Fault>().Count(static f => f.Error.ErrorId == ErrorIds.UnsafeFileName));
    }

    [Fact]
    public void A_top_that_is_no_folder_is_refused()
    {
        Make("file");
        var tree = new LocalTree(TreeFilter.Everything, false, SymbolicLinkPolicy.Follow);
        Assert.Equal(ErrorIds.SourceIsFile, Assert.Throws<RescaleException>(() => tree.Open(_folder.File("file"))).ErrorId);
        Assert.Equal(ErrorIds.SourceNotFound, Assert.Throws<RescaleException>(() => tree.Open(_folder.File("missing"))).ErrorId);
    }

    private IEnumerable<LocalEntry> Walk(TreeFilter? filter = null, bool hidden = false, SymbolicLinkPolicy links = SymbolicLinkPolicy.Follow, string top = "")
    {
        var tree = new LocalTree(filter ?? TreeFilter.Everything, hidden, links);
        return tree.Walk(tree.Open(Path.Combine(_folder.Path, top)));
    }

    private static IEnumerable<string> Files(IEnumerable<LocalEntry> entries)
        => entries.OfType<LocalEntry.FileFound>().Select(static f => f.RelativePath).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Folders(IEnumerable<LocalEntry> entries) => entries.OfType<LocalEntry.FolderFound>().Select(static f => f.Folder.RelativePath);

    private void Make(params string[] names) => Trees.Make(_folder.Path, names);
}
