using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Planning;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>Archives of all kinds, as the jobs of a pipeline get them.</summary>
public sealed class PipelineArchiveTests(OwnSandbox shared) : IClassFixture<OwnSandbox>, IDisposable
{
    private const string List = "find . -name '*.txt' -o -name '*.old' | grep -v process_ | sort > listing; mv listing listing.md";
    private readonly Study _study = new();
    private readonly RescaleSession _session = shared.Session;

    public void Dispose() => _study.Dispose();

    [Theory]
    [InlineData(false, false, "./Filtered/deck/part.txt\n./Filtered/input.txt\n")]
    [InlineData(true, true, "./input.txt\n./part.txt\n")]
    public async Task A_job_gets_what_of_its_folder_was_asked_for(bool flatten, bool gzip, string expected)
    {
        _study.Add("Filtered", List);
        Directory.CreateDirectory(Path.Combine(_study.InputFolder("Filtered"), "deck"));
        File.WriteAllText(Path.Combine(_study.InputFolder("Filtered"), "deck", "part.txt"), "part");
        File.WriteAllText(Path.Combine(_study.InputFolder("Filtered"), "deck", "input.old"), "old");
        var archive = new ArchiveOptions { Exclude = ["*.old"], Flatten = flatten, Compression = gzip ? TarCompression.Gzip : TarCompression.None };
        var result = Assert.Single(await _study.RunAsync(_session, _study.Options with { Archive = archive }));
        Study.AssertSucceeded(result);
        Assert.Equal(expected, File.ReadAllText(Path.Combine(result.Destination!, "listing.md")));
        Assert.EndsWith(gzip ? ".tar.gz" : ".tar", (await _session.Client.Files.GetAsync(result.FileId!, TestContext.Current.CancellationToken)).Name, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_study.InputFolder(""), "*.tar*"));

        // The same options go on, others would make another archive of the rows that are left.
        Assert.Equal(result.JobId, Assert.Single(await _study.RunAsync(_session, _study.Options with { Archive = archive })).JobId);
        var error = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session));
        Assert.Equal(ErrorIds.PipelineStateInvalid, error.ErrorId);
        Assert.Contains("without '*.old'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_collide_without_folders_fail_their_job_and_no_other()
    {
        _study.Add("Flat", List);
        _study.Add("Twice", List);
        Directory.CreateDirectory(Path.Combine(_study.InputFolder("Twice"), "deck"));
        File.WriteAllText(Path.Combine(_study.InputFolder("Twice"), "deck", "input.txt"), "again");
        var results = await _study.RunAsync(_session, _study.Options with { Archive = new ArchiveOptions { Flatten = true } });
        Study.AssertSucceeded(results[0]);
        Assert.Equal((ErrorIds.ArchiveNameTaken, PipelineStage.Archive), (results[1].Error!.ErrorId, results[1].Stage));
    }

    [Fact]
    public async Task Jobs_of_one_folder_share_one_upload()
    {
        foreach (var name in new[] { "One", "Two", "Three" })
            _study.Add(name, List, folderName: "shared");
        _study.Add("Other", List);
        // Four creations, the storage's credentials, two registrations.
        Assert.Equal(4 + 1 + 2, CallForecast.Of(PipelineOutlook.OfNewRun(_study.Rows).Open, [], collects: false)[0].Calls);
        var results = await _study.RunAsync(_session, _study.Options with { KeepArchives = true });
        Assert.All(results, Study.AssertSucceeded);
        Assert.Equal(2, results.Select(static result => result.FileId).Distinct().Count());
        Assert.Equal(2, results.Select(static result => result.FileId).Take(3).Append(results[3].FileId).Distinct().Count());
        Assert.Equal(2, Directory.GetFiles(_study.InputFolder(""), "*.tar").Length);
    }

    [Theory]
    [InlineData(TarCompression.None)]
    [InlineData(TarCompression.Gzip)]
    public async Task A_kept_archive_is_what_was_sent_and_lies_where_the_state_says(TarCompression compression)
    {
        _study.Add("Kept [1] ü", List);
        var options = _study.Options with { Archive = new ArchiveOptions { Compression = compression }, KeepArchives = true };
        var result = Assert.Single(await _study.RunAsync(_session, options));
        Study.AssertSucceeded(result);
        var kept = Assert.Single(Directory.GetFiles(_study.InputFolder(""), "*.tar*"));
        Assert.Contains(kept, File.ReadAllText(_study.StatePath), StringComparison.Ordinal);
        var sent = await _session.Client.Files.GetAsync(result.FileId!, TestContext.Current.CancellationToken);
        Assert.Equal(Path.GetFileName(kept), sent.Name);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(await File.ReadAllBytesAsync(kept, TestContext.Current.CancellationToken)));
        Assert.Equal(hash, Assert.Single(sent.FileChecksums!).FileHash);
        Assert.Empty(Directory.GetFiles(_study.InputFolder(""), "*.rescale-part"));

        // A later run removes it when its own upload has succeeded.
        result = Assert.Single(await _study.RunAsync(_session, options with { ExistingState = ExistingState.Replace, Overwrite = true, KeepArchives = false, RemoveArchives = true }));
        Assert.Null(result.Error);
        Assert.False(File.Exists(kept));
    }

    [Fact]
    public void Only_the_file_of_an_archive_is_removed()
    {
        var folder = Directory.CreateDirectory(_study.InputFolder("x")).FullName;
        var own = Path.Combine(folder, "a_b_0123abcd.tar.gz");
        string[] others = [Path.Combine(folder, "a_b_0123abcd.zip"), Path.Combine(folder, "data.tar"), Path.Combine(folder, "a_0123ABCD.tar"), Path.Combine(folder, "a_0123abcd.tar.gz.tar")];
        foreach (var path in others.Append(own))
            File.WriteAllText(path, "x");
        var directory = Directory.CreateDirectory(Path.Combine(folder, "d_0123abcd.tar")).FullName;
        foreach (var path in others.Append(own).Append(directory).Append(Path.Combine(folder, "none_0123abcd.tar")))
            Assert.Null(PipelineArchives.Remove(path));
        Assert.All(others, static path => Assert.True(File.Exists(path)));
        Assert.True(Directory.Exists(directory));
        Assert.False(File.Exists(own));
        if (OperatingSystem.IsWindows())
            return;
        var link = Path.Combine(folder, "l_0123abcd.tar");
        File.CreateSymbolicLink(link, others[1]);
        Assert.Null(PipelineArchives.Remove(link));
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }
}
