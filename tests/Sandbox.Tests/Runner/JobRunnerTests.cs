using Microsoft.Extensions.Logging.Abstractions;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Objects;
using RescaleInterlink.Sandbox.Runner;
using RescaleInterlink.Sandbox.Storage;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Runner;

public sealed class JobRunnerTests
{
    [Fact]
    public async Task What_is_submitted_while_the_sandbox_still_starts_runs_once_and_behind_what_was_there()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands of these jobs are written for sh.");
        using var folder = new TestFolder();
        using var store = new Store(folder.In("journal"));
        var settings = new RunSettings(
            new ObjectStorages(new RepositoryStorage(new ObjectRepository(folder.In("storage"))), azure: null), StorageKind.S3, folder.In("runs"), "sandbox", "user", MaxRunningJobs: 1, TimeSpan.FromHours(1), _ => null);
        store.Change(change => change.Put(Job("old", folder).With(JobStatuses.Queued, DateTimeOffset.UtcNow) with { SubmittedAs = change.NextSubmission() }));
        store.Change(change => change.Put(Job("new", folder)));
        await using var runner = new JobRunner(store, settings, TimeProvider.System, NullLogger.Instance);
        runner.Recover();
        Assert.True(runner.Submit("new"));
        Assert.All(store.AllJobs(), job => Assert.Equal(JobStatuses.Queued, job.Status.Status));
        runner.Start();
        await Eventually.TrueAsync(() => store.AllJobs().All(job => JobStatuses.IsFinal(job.Status.Status)), () => "The jobs do not end.");
        await runner.WaitForEndAsync("new");
        Assert.Equal(["old", "new"], await File.ReadAllLinesAsync(folder.In("ran"), TestContext.Current.CancellationToken));
    }

    private static JobRecord Job(string id, TestFolder folder) => new()
    {
        Id = id,
        Name = id,
        FolderId = "folder",
        Specification = new JobSpecification { Command = $"echo {id} >> '{folder.In("ran")}'", AnalysisCode = "a", CoreType = "c", CoresPerSlot = 1, Slots = 1, Walltime = 1, Inputs = [], EnvironmentVariables = new Dictionary<string, string>() },
        Statuses = [new StatusRecord(JobStatuses.Pending, DateTimeOffset.UtcNow, null)],
    };
}
