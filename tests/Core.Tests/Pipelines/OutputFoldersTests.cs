using System.Text;
using System.Text.Json;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;

namespace RescaleInterlink.Core.Tests.Pipelines;

public sealed class OutputFoldersTests
{
    [Fact]
    public void Names_are_made_safe_as_in_all_vectors()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "test-vectors.json")));
        foreach (var vector in vectors.RootElement.GetProperty("smallRules").GetProperty("daemonOutputDirs").EnumerateArray())
        {
            var name = vector.GetProperty("jobName").GetString()!;
            if (!vector.GetProperty("useJobName").GetBoolean() || name.Length == 0)
                continue;
            var folders = new OutputFolders("/d", [name, name]);
            Assert.Equal(vector.GetProperty("directory").GetString(), Path.GetFileName(folders.For(name, vector.GetProperty("jobId").GetString()!)));
        }
    }

    [Fact]
    public void All_jobs_that_share_a_name_get_their_id()
    {
        var folders = new OutputFolders("/d", ["a", "A", "b", "x/y", "x:y"]);
        Assert.Equal(["a_abcdef", "A_ghijkl", "b", "x_y_mnopqr", "x_y_stuvwx"], new[]
        {
            folders.For("a", "abcdefgh"), folders.For("A", "ghijklmn"), folders.For("b", "zzzzzzzz"),
            folders.For("x/y", "mnopqrst"), folders.For("x:y", "stuvwxyz"),
        }.Select(Path.GetFileName));
    }

    [Fact]
    public void Two_jobs_never_share_a_folder()
    {
        var folders = new OutputFolders("/d", ["a", "a", "a_abcdef"]);
        var names = new[] { folders.For("a", "abcdef1"), folders.For("a", "abcdef2"), folders.For("a_abcdef", "other") };
        Assert.Equal(3, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void Folders_of_another_destination_are_none_of_these()
    {
        var folders = new OutputFolders("/d/new", ["a"]);
        folders.Reserve([null, "/d/old/a"]);
        Assert.False(folders.Holds("/d/old/a"));
        Assert.False(folders.Holds("/d/new/a/b"));
        Assert.True(folders.Holds(folders.For("a", "id")));
        Assert.Equal("a", Path.GetFileName(new OutputFolders("/d/new", ["a"]).For("a", "id")));
        folders.Reserve(["/d/new/b"]);
        Assert.Equal("b_id", Path.GetFileName(folders.For("b", "id")));
    }

    [Theory]
    [InlineData("con", "_con")]
    [InlineData("NUL.txt", "_NUL.txt")]
    [InlineData("a\tb\u0000c", "a_b_c")]
    [InlineData("Run [1] ü中", "Run [1] ü中")]
    [InlineData("..", "unnamed_job")]
    [InlineData("../../x", "_.._x")]
    [InlineData("x . .", "x")]
    public void Unsafe_names_are_mapped(string name, string expected) => Assert.Equal(expected, JobFolderName.MakeSafe(name));

    [Fact]
    public void Two_hundred_characters_are_cut_between_characters()
    {
        var safe = JobFolderName.MakeSafe(string.Concat(Enumerable.Repeat("中", 200)));
        Assert.Equal(99, Encoding.UTF8.GetByteCount(safe));
        Assert.Equal(33, safe.Length);
    }
}
