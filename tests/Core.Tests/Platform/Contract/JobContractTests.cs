using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform.Contract;

/// <summary>What belongs to a job, against the real sandbox.</summary>
public class JobContractTests(SharedSandbox shared)
{
    private static JobRequest Job(string command = "true") => new()
    {
        Name = "contract",
        Jobanalyses =
        [
            new JobAnalysis
            {
                Command = command,
                Analysis = new AnalysisReference("user_included", "0"),
                Hardware = new Hardware(new CoreTypeReference("emerald"), 1, 1, 1),
            },
        ],
    };

    [Fact]
    [Endpoint("J0", "J13")]
    public async Task Tags_are_ignored_at_creation_and_added_and_taken_away_one_by_one()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        var jobs = session.Client.Jobs;
        var job = await jobs.CreateAsync(Job() with { Tags = ["ignored"] }, default);
        Assert.Empty(await jobs.GetTagsAsync(job.Id, default));
        await jobs.AddTagAsync(job.Id, "Größe: 3 \"x\"", default);
        await jobs.AddTagAsync(job.Id, "b", default);
        await jobs.AddTagAsync(job.Id, "b", default);
        Assert.Equal([new Tag("Größe: 3 \"x\"", "größe: 3 \"x\""), new Tag("b", "b")], await jobs.GetTagsAsync(job.Id, default));
        await jobs.RemoveTagAsync(job.Id, "Größe: 3 \"x\"", default);
        await jobs.RemoveTagAsync(job.Id, "never there", default);
        Assert.Equal(["b"], (await jobs.GetTagsAsync(job.Id, default)).Select(static tag => tag.Name));
    }

    [Fact]
    [Endpoint("J1", "J6", "J9", "J10", "J11", "J12")]
    public async Task A_running_job_shows_its_run_and_its_live_files_and_can_be_stopped()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        var jobs = session.Client.Jobs;
        var job = await jobs.CreateAsync(Job(OperatingSystem.IsWindows() ? "cmd /c \"mkdir d & echo live> d\\live.txt & ping -n 600 127.0.0.1\"" : "mkdir d; echo live > d/live.txt; sleep 600"), default);
        Assert.Empty(await jobs.ListRunsAsync(job.Id, default).ToListAsync());
        await jobs.SubmitAsync(job.Id, default);
        using var limit = new CancellationTokenSource(TestPatience.Long);
        JobRun? run = null;
        LiveFile? live = null;
        while (live is not { Size: > 0 })
        {
            await Task.Delay(20, limit.Token);
            run = await jobs.ListRunsAsync(job.Id, limit.Token).FirstOrDefaultAsync(static r => r.IsActive, limit.Token);
            live = run is null ? null : await jobs.ListRunFilesAsync(job.Id, run.Id, limit.Token).FirstOrDefaultAsync(static f => f.Name == "live.txt", limit.Token);
        }

        Assert.Equal("d/live.txt", live.RelativePath);
        Assert.Equal("127.0.0.1", (await jobs.GetConnectionDetailsAsync(job.Id, default)).GetProperty("nodes")[0].GetProperty("ipAddress").GetString());
        Assert.NotEqual(0, (await jobs.GetLoadAsync(job.Id, 2, default))!.Value.GetProperty("results").GetArrayLength());
        Assert.Null(await jobs.GetLoadAsync("nojob", 2, default));
        await jobs.StopAsync(job.Id, default);
        while (!(await jobs.GetStatusesAsync(job.Id, limit.Token))[0].Status.Contains("Stopped", StringComparison.Ordinal))
            await Task.Delay(20, limit.Token);
        Assert.False((await jobs.ListRunsAsync(job.Id, default).SingleAsync()).IsActive);
        Assert.Equal(ErrorIds.JobNotFound, (await Assert.ThrowsAsync<RescaleException>(() => jobs.ListRunFilesAsync(job.Id, "norun", default).CountAsync().AsTask())).ErrorId);
    }

    [Fact]
    [Endpoint("J14", "P1", "W1", "U1")]
    public async Task A_job_has_custom_fields_and_a_project_and_the_workspace_says_which_fields_there_are()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        var (organization, workspace) = (session.User.Company!.Code!, session.User.Workspace!.Id!);
        var job = await session.Client.Jobs.CreateAsync(Job(), default);
        var unset = await session.Client.Jobs.GetCustomFieldsAsync(job.Id, default);
        Assert.Equal(["Auto Download", "Auto Download Path"], unset.Keys);
        Assert.All(unset.Values, Assert.Null);
        await session.Client.Jobs.AssignProjectAsync(organization, job.Id, "p1", default);
        var fields = await session.Client.Workspaces.GetCustomFieldsAsync(organization, workspace, default);
        Assert.True(fields.IsEnabled);
        var field = Assert.Single(fields.Fields, static field => field.Name == "Auto Download");
        Assert.Equal(("compute", "Context", "select"), (field.JobType, field.Section, field.ValueType));
        Assert.Equal(["Enabled", "Conditional", "Disabled"], field.Options);
        var unknown = await Assert.ThrowsAsync<RescaleException>(() => session.Client.Workspaces.GetCustomFieldsAsync(organization, "none", default));
        Assert.Equal(404, unknown.StatusCode);
    }
}
