using RescaleInterlink.Core.Tests.Pipelines;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Jobs.Submission;
using RescaleInterlink.Library;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Jobs.Submission;

/// <summary>Jobs of specifications with local inputs, on a real sandbox.</summary>
public sealed class JobSubmissionTests : IAsyncLifetime
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();
    private SandboxFixture _sandbox = null!;
    private RescaleSession _session = null!;
    private TransferEngine _engine = null!;
    private JobSubmission _submission = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxFixture.StartAsync();
        _session = await _sandbox.ConnectAsync();
        _engine = _session.CreateEngine(new TransferOptions());
        _submission = _session.CreateJobSubmission(_engine, _ => new UploadOptions());
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _session.DisposeAsync();
        await _sandbox.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_many_jobs_share_is_uploaded_once()
    {
        var shared = Write("shared.txt", "for all");
        var folder = Path.GetDirectoryName(Write(Path.Combine("case", "deck.txt"), "deck"))!;
        var jobs = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => SubmitAsync(Spec($"job {i}") with { InputFiles = [shared], Directory = folder }, start: false)));
        Assert.Equal(8, jobs.Select(job => job.Job.Id).Distinct().Count());
        Assert.Equal(2, await _sandbox.CountRequestsAsync("POST", "/api/v3/files/"));
    }

    [Fact]
    public async Task A_file_that_is_written_anew_for_the_next_job_is_another_one()
    {
        var path = Write("deck.txt", "first");
        var command = Spec("reads") with { InputFiles = [path], Command = "cat deck.txt" };
        var first = await SubmitAsync(command, start: true);
        File.WriteAllText(path, "second one");
        var second = await SubmitAsync(command, start: true);
        Assert.Equal(("first", "second one"), (await LogAsync(first), await LogAsync(second)));
    }

    [Fact]
    public async Task A_file_that_changes_before_its_turn_is_not_sent()
    {
        var path = Write("deck.txt", "first");
        var prepared = await PreparedJob.CreateAsync(Spec("late") with { InputFiles = [path] }, Token);
        File.WriteAllText(path, "changed since");
        var error = await Assert.ThrowsAsync<RescaleException>(() => _submission.SubmitAsync(prepared, start: true, Token));
        Assert.Equal(ErrorIds.SourceChanged, error.ErrorId);
        Assert.Empty(await Study.ListJobsAsync(_session));
    }

    [Fact]
    public async Task A_job_that_cannot_be_made_sends_nothing()
    {
        var missing = await Assert.ThrowsAsync<RescaleException>(() => PreparedJob.CreateAsync(Spec("x") with { InputFiles = [_folder.File("none.txt")] }, Token));
        Assert.Equal((ErrorIds.SourceNotFound, true), (missing.ErrorId, missing.Message.Contains("'x'", StringComparison.Ordinal)));
        var directory = await Assert.ThrowsAsync<RescaleException>(() => PreparedJob.CreateAsync(Spec("x") with { InputFiles = [_folder.Path] }, Token));
        Assert.Equal(ErrorIds.SourceIsDirectory, directory.ErrorId);
        var wrong = await Assert.ThrowsAsync<RescaleException>(() => PreparedJob.CreateAsync(Spec("x") with { Slots = 0 }, Token));
        Assert.Equal(ErrorIds.JobSpecInvalid, wrong.ErrorId);
        var away = await Assert.ThrowsAsync<RescaleException>(() => PreparedJob.CreateAsync(Spec("x") with { Directory = _folder.Path, TarSubpath = ".." }, Token));
        Assert.Equal(ErrorIds.JobSpecInvalid, away.ErrorId);
    }

    [Fact]
    public async Task A_job_that_is_created_and_not_started_is_told_with_its_id()
    {
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"/submit/","fault":"status","status":400}""");
        var error = await Assert.ThrowsAsync<RescaleException>(() => SubmitAsync(Spec("half"), start: true));
        var id = Assert.Single(await Study.ListJobsAsync(_session));
        Assert.Contains(id, error.Message, StringComparison.Ordinal);
        Assert.Contains($"Start-RescaleJob -JobId {id}", error.RecommendedAction, StringComparison.Ordinal);
        await _sandbox.ClearFaultsAsync();
        Assert.True((await _submission.SubmitAsync(id, Token)).IsStarted);
    }

    [Fact]
    public async Task A_project_goes_to_the_organization_of_the_profile()
    {
        var job = await SubmitAsync(Spec("project") with { ProjectId = "p1" }, start: false);
        Assert.Empty(job.Warnings);
        Assert.Equal(1, await _sandbox.CountRequestsAsync("POST", "/api/v2/organizations/{code}/jobs/{id}/project-assignment/"));
    }

    [Fact]
    public async Task That_no_organization_is_known_is_said_once_and_the_jobs_are_made()
    {
        using var jobs = new JobService(_session.Client, _session.Library, TimeProvider.System, organization: null);
        var submission = new JobSubmission(_session.Client, _session.Library, jobs, _engine, _ => new UploadOptions());
        var made = new List<SubmittedJob>();
        foreach (var name in new[] { "first", "second" })
            made.Add(await submission.SubmitAsync(await PreparedJob.CreateAsync(Spec(name) with { ProjectId = "p1" }, Token), start: false, Token));
        var warning = Assert.Single(made.SelectMany(job => job.Warnings));
        Assert.Equal(ErrorIds.OrganizationUnknown, warning.ErrorId);
        Assert.Contains("'first'", warning.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await Study.ListJobsAsync(_session)).Count);
    }

    [Fact]
    public async Task A_lost_answer_to_the_creation_makes_one_job()
    {
        await _sandbox.SetFaultsAsync("""{"target":"api","method":"POST","path":"/api/v3/jobs/$","fault":"loseReply","times":1}""", """{"target":"api","method":"POST","path":"/submit/","fault":"loseReply","times":1}""");
        var jobs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SubmitAsync(Spec("equal"), start: true)));
        Assert.Equal((await Study.ListJobsAsync(_session)).Order(), jobs.Select(job => job.Job.Id).Order());
        await WaitAsync(jobs[0].Job.Id);
    }

    [Fact]
    public async Task Outputs_are_collected_as_they_are_done_and_a_second_time_they_are_there()
    {
        var job = await SubmitAsync(Spec("writes") with { Command = "mkdir d; echo a > d/a.txt; echo b > b.txt" }, start: true);
        await WaitAsync(job.Job.Id);
        Assert.Equal(["b.txt", "d/a.txt", "process_output.log"], await CollectAsync(job.Job.Id, FileOutcome("Transferred")));
        Assert.Equal("a\n", File.ReadAllText(_folder.File("out/d/a.txt")));
        Assert.Equal(["b.txt", "d/a.txt", "process_output.log"], await CollectAsync(job.Job.Id, FileOutcome("Identical")));
        await Assert.ThrowsAsync<RescaleException>(() => CollectAsync("nojob", _ => { }));
    }

    private static Action<CollectedOutput> FileOutcome(string outcome) => output => Assert.Equal(outcome, output.Received!.Outcome.ToString());

    private static JobSpec Spec(string name) => new() { JobName = name, AnalysisCode = "user_included", Command = "true", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1 };

    private string Write(string name, string text)
    {
        var path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task<SubmittedJob> SubmitAsync(JobSpec spec, bool start) => await _submission.SubmitAsync(await PreparedJob.CreateAsync(spec, Token), start, Token);

    private async Task WaitAsync(string id)
    {
        await foreach (var ending in _session.Jobs.WaitAsync([id], TimeSpan.FromMilliseconds(100), Study.Patience, null, Token))
            Assert.True(ending.Succeeded, ending.Reason);
    }

    private async Task<string> LogAsync(SubmittedJob job)
    {
        await WaitAsync(job.Job.Id);
        await using var engine = _session.CreateEngine(new TransferOptions());
        await foreach (var output in _session.Jobs.DownloadOutputsAsync(engine, job.Job.Id, _folder.File(job.Job.Id), overwrite: false, Token))
        {
            if (output.File.Name == "process_output.log")
                return File.ReadAllText(output.Path!);
        }

        throw new InvalidOperationException("There is no log.");
    }

    private async Task<string[]> CollectAsync(string id, Action<CollectedOutput> check)
    {
        var collection = _session.CreateJobCollection(new JobCollectionOptions());
        var targets = new List<string>();
        await foreach (var output in collection.CollectAsync(_engine, id, _folder.File("out"), _ => new DownloadOptions(), Token))
        {
            check(output);
            targets.Add(output.Target);
        }

        return [.. targets.Order(StringComparer.Ordinal)];
    }
}
