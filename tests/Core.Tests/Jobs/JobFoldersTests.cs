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
}
