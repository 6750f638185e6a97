using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Jobs;

public sealed class JobFoldersTests
{
    [Fact]
    public void Every_job_has_a_folder_of_its_own()
    {
        using var root = new TemporaryFolder();
        var folders = new JobFolders(root.Path);
        Assert.Equal(root.File("a_b"), folders.For("a/b", "abcdefgh"));
        Assert.Equal(root.File("a_b_abcdef"), folders.For("a/b", "abcdefgi"));
        // An id that begins as another, and a job that is called as one with its id.
        Assert.Equal(root.File("a_b_abcdefgk"), folders.For("a/b", "abcdefgk"));
        Assert.Equal(root.File("a_b_abcdef_xyzxyz"), folders.For("a_b_abcdef", "xyzxyz"));
        Assert.Equal(root.File("noname"), folders.For(" ", "noname"));
    }

    [Fact]
    public void A_file_in_the_way_is_found_before_anything_is_done()
    {
        using var root = new TemporaryFolder();
        File.WriteAllText(root.File("file"), "");
        Assert.Equal(ErrorIds.DestinationExists, Assert.Throws<RescaleException>(new JobFolders(root.File("file")).Require).ErrorId);
        Assert.Equal(ErrorIds.DestinationExists, Assert.Throws<RescaleException>(new JobFolders(Path.Combine(root.File("file"), "a", "b")).Require).ErrorId);
        new JobFolders(Path.Combine(root.File("new"), "a")).Require();
        new JobFolders(root.Path).Require();
    }
}
