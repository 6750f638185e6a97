using RescaleInterlink.Core.Tests.Platform.Contract;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>The resource clients against the real sandbox.</summary>
public class SandboxContractTests(SharedSandbox shared)
{
    [Fact]
    [Endpoint("U1", "U2")]
    public async Task The_profile_and_the_folders_are_complete()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        var folders = await session.Client.Users.GetRootFoldersAsync(default);
        Assert.NotEqual(folders.MyJobs, folders.MyLibrary);
        Assert.NotNull(session.User.Company!.Code);
        Assert.NotNull(session.User.DefaultStorage.ConnectionSettings!.EndpointUrl);
        Assert.NotNull(await session.Client.Folders.ListContentsAsync(folders.MyLibrary, default).ToListAsync());
    }

    [Fact]
    [Endpoint("U3")]
    public async Task Credentials_have_all_parts_and_an_end()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        var credentials = await session.Client.Users.GetStorageCredentialsAsync(null, default);
        Assert.StartsWith("ASIA", credentials.AccessKey);
        Assert.NotNull(credentials.SecretKey);
        Assert.NotNull(credentials.SessionToken);
        var located = await session.Client.Users.GetStorageCredentialsAsync(new StorageLocation(session.User.DefaultStorage, new PathParts("sandbox", "user/user_sandbox/x")), default);
        Assert.Equal("S3Storage", located.StorageType);
    }

    [Fact]
    [Endpoint("J0", "J1", "J2", "J4", "J5", "J7", "J8", "J13")]
    public async Task A_job_is_created_tagged_started_followed_and_listed()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        var jobs = session.Client.Jobs;
        var core = await session.Client.Catalog.ListCoreTypesAsync(includeInactive: false, default).FirstAsync();
        var request = new JobRequest
        {
            Name = "contract",
            Jobanalyses =
            [
                new JobAnalysis
                {
                    Command = OperatingSystem.IsWindows() ? "cmd /c echo hello> out.txt" : "echo \"$GREETING\" > out.txt",
                    Analysis = new AnalysisReference("user_included", "0"),
                    Hardware = new Hardware(new CoreTypeReference(core.Code), 1, 1, 1),
                    EnvVars = new Dictionary<string, string> { ["GREETING"] = "hello" },
                },
            ],
        };
        var job = await jobs.CreateAsync(request, default);
        await jobs.AddTagAsync(job.Id, "a tag", default);
        await jobs.SubmitAsync(job.Id, default);
        IReadOnlyList<JobStatusEntry> statuses = [];
        using var limit = new CancellationTokenSource(TestPatience.Long);
        while (statuses.Count == 0 || statuses[0].Status != "Completed")
        {
            statuses = await jobs.GetStatusesAsync(job.Id, limit.Token);
            await Task.Delay(50, limit.Token);
        }

        Assert.Equal("Completed successfully", statuses[0].StatusReason);
        Assert.Equal("contract", (await jobs.GetAsync(job.Id, default)).Name);
        Assert.Equal("Completed", (await jobs.ListAsync(default).FirstAsync(j => j.Id == job.Id)).JobStatus!.Content);
        var files = await jobs.ListFilesAsync(job.Id, default).ToListAsync();
        var output = Assert.Single(files, static f => f.Name == "out.txt");
        Assert.NotNull(output.EncodedEncryptionKey);
        Assert.NotNull(output.DecryptedSize);
        Assert.Single(output.FileChecksums);
        await jobs.DeleteAsync(job.Id, default);
        Assert.Equal(ErrorIds.JobNotFound, (await Assert.ThrowsAsync<RescaleException>(() => jobs.GetAsync(job.Id, default))).ErrorId);
    }

    [Fact]
    [Endpoint("J4")]
    public async Task More_jobs_than_a_page_holds_are_all_listed()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        var made = new HashSet<string>();
        for (var i = 0; i < 60; i++)
            made.Add((await session.Client.Jobs.CreateAsync(Clients.AnyJob with { Jobanalyses = [Clients.AnyJob.Jobanalyses[0] with { InputFiles = [] }] }, default)).Id);
        made.ExceptWith(await session.Client.Jobs.ListAsync(default).Select(static (PlatformJob j, CancellationToken _) => ValueTask.FromResult(j.Id)).ToListAsync());
        Assert.Empty(made);
    }

    [Fact]
    public async Task What_does_not_exist_is_told_by_what_it_is()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        var client = session.Client;
        Assert.Equal(ErrorIds.JobNotFound, await IdOf(client.Jobs.SubmitAsync("nojob", default)));
        Assert.Equal(ErrorIds.JobNotFound, await IdOf(client.Jobs.GetStatusesAsync("nojob", default)));
        Assert.Equal(ErrorIds.JobNotFound, await IdOf(client.Jobs.ListFilesAsync("nojob", default).CountAsync().AsTask()));
        Assert.Equal(ErrorIds.FileNotFound, await IdOf(client.Files.GetAsync("nofile", default)));
        Assert.Equal(ErrorIds.FolderNotFound, await IdOf(client.Folders.ListContentsAsync("nofolder", default).CountAsync().AsTask()));
    }

    [Fact]
    public async Task The_catalogue_has_software_and_core_types()
    {
        await using var session = await (await shared.GetAsync()).ConnectAsync();
        Assert.Contains(await session.Client.Catalog.ListAnalysesAsync(default).ToListAsync(), static a => a.Code == "user_included" && a.Versions.Count > 0);
        Assert.All(await session.Client.Catalog.ListCoreTypesAsync(includeInactive: true, default).ToListAsync(), static c => Assert.NotEmpty(c.Code));
    }

    private static async Task<string> IdOf(Task call) => (await Assert.ThrowsAsync<RescaleException>(() => call)).ErrorId;
}
