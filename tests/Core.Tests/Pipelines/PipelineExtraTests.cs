using System.Formats.Tar;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Pipelines.Planning;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>Files that all jobs of a run get besides their own.</summary>
public sealed class PipelineExtraTests(OwnSandbox shared) : IClassFixture<OwnSandbox>, IDisposable
{
    private readonly Study _study = new();
    private readonly RescaleSession _session = shared.Session;

    public void Dispose() => _study.Dispose();

    [Fact]
    public async Task Every_job_gets_them_and_each_is_uploaded_once()
    {
        var mesh = Write("mesh [1] ü.dat", "mesh");
        var steel = Write("steel.mat", "steel");
        var first = await RunOneAsync("Extra before", new ExtraInputs { Files = [steel] });
        var stored = await FindAsync("steel.mat");
        foreach (var name in new[] { "Extra 1", "Extra 2", "Extra 3" })
            _study.Add(name, "cat mesh*.dat steel.mat Extra*/input.txt > all.txt");
        // Without a directory, the files of the run are all that it has.
        _study.Add(new JobSpec { JobName = "Extra only", Command = "cat mesh*.dat steel.mat > all.txt" });
        var results = await _study.RunAsync(_session, With(new ExtraInputs { Files = [mesh], FileIds = [Assert.Single(stored)] }));
        Assert.All(results, Study.AssertSucceeded);
        Assert.Equal(["meshsteelinput", "meshsteelinput", "meshsteelinput", "meshsteel"], results.Select(static result => File.ReadAllText(Path.Combine(result.Destination!, "all.txt"))));
        Assert.Single(await FindAsync(Path.GetFileName(mesh)));
        Assert.Single(await FindAsync("steel.mat"));
        Assert.Null(first.Error);
        // The state tells what each job has besides its archive.
        var ids = string.Join(',', [Assert.Single(await FindAsync(Path.GetFileName(mesh))), Assert.Single(stored)]);
        Assert.All(PipelineStateReader.Read(_study.StatePath), state => Assert.Equal(ids, state.ExtraFileIds));
        Assert.Equal(results.Count + 1, File.ReadAllText(_study.StatePath).Split(ids).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_archive_among_them_is_unpacked_when_that_is_asked_for(bool unpacked)
    {
        var folder = Directory.CreateDirectory(_study.InputFolder("packed")).FullName;
        File.WriteAllText(Path.Combine(folder, "inner.txt"), "inner");
        var tar = _study.InputFolder($"extras-{unpacked}.tar");
        await TarFile.CreateFromDirectoryAsync(folder, tar, includeBaseDirectory: false, TestContext.Current.CancellationToken);
        _study.Add("Packed", unpacked ? "test -e inner.txt" : "test ! -e inner.txt && test -e extras-False.tar");
        Study.AssertSucceeded(Assert.Single(await _study.RunAsync(_session, With(new ExtraInputs { Files = [tar], Decompress = unpacked }))));
    }

    [Fact]
    public async Task A_run_that_goes_on_does_not_send_them_again_and_needs_them_no_more()
    {
        var mesh = Write("resumed.dat", "mesh");
        var options = With(new ExtraInputs { Files = [mesh] });
        _study.Add("On 1", "cat resumed.dat > all.txt");
        _study.Add(new JobSpec { JobName = "On 2", Command = "cat resumed.dat > all.txt", Directory = _study.InputFolder("late") });
        Assert.Equal([null, ErrorIds.JobSpecInvalid], (await _study.RunAsync(_session, options)).Select(static result => result.Error?.ErrorId));

        Directory.CreateDirectory(_study.InputFolder("late"));
        File.Delete(mesh);
        Study.AssertSucceeded((await _study.RunAsync(_session, options))[1]);

        // Nor does one of another table.
        _study.Add("On 3", "cat resumed.dat > all.txt");
        Study.AssertSucceeded((await _study.RunAsync(_session, options with { AllowTableChange = true }))[2]);
        _study.Add("On 4", "cat resumed.dat > all.txt");
        Study.AssertSucceeded((await _study.RunAsync(_session, options with { AllowTableChange = true }))[3]);
        Assert.Single(await FindAsync("resumed.dat"));
    }

    [Fact]
    public async Task Others_than_the_run_was_begun_with_are_refused()
    {
        var mesh = Write("refused.dat", "mesh");
        _study.Add("Refused", "true");
        // A path that was mistyped leaves nothing to go on with.
        var missing = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, With(new ExtraInputs { Files = [mesh + "x"] })));
        Assert.Equal(ErrorIds.SourceNotFound, missing.ErrorId);
        Study.AssertSucceeded(Assert.Single(await _study.RunAsync(_session, With(new ExtraInputs { Files = [mesh] }))));
        foreach (var others in new[] { ExtraInputs.None, new ExtraInputs { Files = [mesh], Decompress = true }, new ExtraInputs { Files = [mesh], FileIds = ["abcdef"] } })
        {
            var error = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, With(others)));
            Assert.Equal(ErrorIds.PipelineStateInvalid, error.ErrorId);
            Assert.Contains($"begun with the extra input files '{mesh}', and", error.Message, StringComparison.Ordinal);
            Assert.Contains("-ExtraInputFile", error.RecommendedAction, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_that_has_changed_fails_jobs_that_are_new_and_is_sent_for_those_that_are_made_anew()
    {
        var mesh = Write("changed.dat", "wrong");
        var options = With(new ExtraInputs { Files = [mesh] });
        _study.Add("Changed 1", "grep right changed.dat");
        _study.Add(new JobSpec { JobName = "Changed 2", Command = "true", Directory = _study.InputFolder("later") });
        Assert.Equal([ErrorIds.JobFailed, ErrorIds.JobSpecInvalid], (await _study.RunAsync(_session, options)).Select(static result => result.Error?.ErrorId));

        Directory.CreateDirectory(_study.InputFolder("later"));
        File.WriteAllText(mesh, "right, and longer");
        var again = await _study.RunAsync(_session, options);
        Assert.Equal([ErrorIds.JobFailed, ErrorIds.SourceChanged], again.Select(static result => result.Error?.ErrorId));
        Assert.Contains(mesh, again[1].Error!.Message, StringComparison.Ordinal);
        Assert.Null(again[1].JobId);
        Assert.All(await _study.RunAsync(_session, options with { Retry = PipelineRetry.FailedJob }), Study.AssertSucceeded);
        Assert.Equal(2, (await FindAsync("changed.dat")).Count);
    }

    [Fact]
    public async Task One_that_cannot_be_sent_fails_each_job_that_would_get_it()
    {
        var mesh = Write("unsafe\u0001.dat", "mesh");
        _study.Add("Unsafe 1", "true");
        _study.Add("Unsafe 2", "true");
        var results = await _study.RunAsync(_session, With(new ExtraInputs { Files = [mesh] }));
        Assert.All(results, static result => Assert.Contains("of all jobs was not sent", result.Error!.Message, StringComparison.Ordinal));
        Assert.All(results, static result => Assert.Equal((PipelineStage.Create, null), (result.Stage, result.JobId)));
    }

    [Fact]
    public async Task The_plan_counts_them()
    {
        string[] files = [Write("plan.dat", "12345"), Write(Path.Combine("other", "plan.dat"), "123")];
        _study.Add(new JobSpec { JobName = "Planned", Command = "true" });
        async Task<PipelineForecast> PlanAsync(ExtraInputs extras)
            => await new PipelinePlanner(null, null) { Extras = extras }.PlanAsync(_study.Rows, [], collects: false, TestContext.Current.CancellationToken);

        var forecast = await PlanAsync(new ExtraInputs { Files = files, FileIds = ["abcdef"] });
        Assert.Equal((true, 3, 8L), (forecast.IsValid, forecast.ExtraFiles, forecast.ExtraBytes));
        // A creation, the storage's credentials, two registrations.
        Assert.Equal(1 + 1 + 2, forecast.Calls[0].Calls);
        Assert.Contains("same name", Assert.Single(forecast.Findings).Message, StringComparison.Ordinal);

        forecast = await PlanAsync(new ExtraInputs { Files = [files[0] + "x"] });
        Assert.False(forecast.IsValid);
        Assert.Contains("plan.datx", Assert.Single(forecast.Findings).Message, StringComparison.Ordinal);
        Assert.False((await PlanAsync(ExtraInputs.None)).IsValid);
    }

    private PipelineOptions With(ExtraInputs extras) => _study.Options with { Extras = extras };

    /// <summary>A run of its own, with one job.</summary>
    private async Task<PipelineJobResult> RunOneAsync(string name, ExtraInputs extras)
    {
        using var study = new Study();
        study.Add(name, "true");
        return Assert.Single(await study.RunAsync(_session, study.Options with { Extras = extras }));
    }

    private string Write(string name, string content)
    {
        var path = _study.InputFolder(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    private async Task<List<string>> FindAsync(string name)
        => await _session.Client.Files.ListAsync(TestContext.Current.CancellationToken).Where(file => file.Name == name).Select(static file => file.Id).ToListAsync();
}
