using System.Text.Json;
using RescaleInterlink.Core.Tests.Pipelines;
using RescaleInterlink.Core.Tests.Transfers;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Jobs;

/// <summary>Collecting the outputs of jobs that really ran, on sandboxes with the platform's rate limits on.</summary>
public abstract class JobCollectionTests(KillSandbox own) : IDisposable
{
    // As many as a user of the Go tool had when its download took 188 s.
    private const int Files = 289;

    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    protected abstract int CredentialCalls { get; }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _folder.Dispose();
    }

    [Fact]
    public async Task Many_outputs_cost_one_listing_and_no_call_for_a_single_file()
    {
        var sandbox = own.Get();
        var id = await CollectedJob.RunAsync(sandbox, $"mkdir -p d/e; i=0; while [ $i -lt {Files - 1} ]; do i=$((i+1)); echo $i > d/e/$i.txt; done");
        await using var session = await sandbox.ConnectAsync(cancellationToken: Token);
        var before = await sandbox.GetCountersAsync();
        var first = await CollectedJob.ReceiveAsync(session, id, _folder.Path);
        var calls = Calls(before, await sandbox.GetCountersAsync());

        Assert.Empty(first.Errors);
        Assert.Equal(Files, first.Files.Count);
        Assert.All(first.Files.Values, file => Assert.Equal((FileOutcome.Transferred, Integrity.Verified), (file.Outcome, file.Received!.Integrity)));
        Assert.Equal("7\n", File.ReadAllText(Path.Combine(_folder.Path, "d", "e", "7.txt")));
        Assert.Equal(1, calls["GET /api/v2/jobs/{id}/files/"]);
        Assert.Equal(CredentialCalls, calls["POST /api/v3/credentials/"]);
        // The profile is all there is beside them.
        Assert.Equal(1, calls["GET /api/v3/users/me/"]);
        Assert.Equal(3, calls.Count);
        Assert.Equal(0, (await sandbox.CountLimitedAsync("user")).Refused + (await sandbox.CountLimitedAsync("jobs-usage")).Refused);

        // Again: nothing travels, and no key is needed.
        before = await sandbox.GetCountersAsync();
        var again = await CollectedJob.ReceiveAsync(session, id, _folder.Path);
        Assert.All(again.Files.Values, file => Assert.Equal(FileOutcome.Identical, file.Outcome));
        Assert.Equal(["GET /api/v2/jobs/{id}/files/"], Calls(before, await sandbox.GetCountersAsync()).Keys);
    }

    [Fact]
    public async Task Two_receives_into_one_folder_leave_every_file_whole()
    {
        var sandbox = own.Get();
        var id = await CollectedJob.RunAsync(sandbox, "i=0; while [ $i -lt 40 ]; do i=$((i+1)); head -c 200000 /dev/zero | tr '\\0' $((i % 10)) > $i.dat; done");
        await using var one = await sandbox.ConnectAsync(cancellationToken: Token);
        await using var other = await sandbox.ConnectAsync(cancellationToken: Token);
        var both = await Task.WhenAll(CollectedJob.ReceiveAsync(one, id, _folder.Path), CollectedJob.ReceiveAsync(other, id, _folder.Path));
        // A file that is on its way by the other one is said to be so; none is lost, and none is mixed.
        Assert.All(both.SelectMany(static run => run.Errors.Values), error => Assert.Equal(ErrorIds.TransferInUse, error.ErrorId));
        Assert.Equal(41, both.SelectMany(static run => run.Files.Keys).Distinct().Count());
        var third = await CollectedJob.ReceiveAsync(one, id, _folder.Path);
        Assert.Empty(third.Errors);
        Assert.All(third.Files.Values, file => Assert.Equal(FileOutcome.Identical, file.Outcome));
        Assert.Equal(41, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    private static SortedDictionary<string, long> Calls(JsonElement before, JsonElement after)
    {
        static Dictionary<string, long> Read(JsonElement counters) => counters.GetProperty("api").GetProperty("requests").EnumerateObject()
            .Where(entry => entry.Name.Contains("/api/", StringComparison.Ordinal)).ToDictionary(entry => entry.Name, entry => entry.Value.GetInt64());
        var earlier = Read(before);
        return new(Read(after).Select(entry => KeyValuePair.Create(entry.Key, entry.Value - earlier.GetValueOrDefault(entry.Key))).Where(static entry => entry.Value > 0).ToDictionary(), StringComparer.Ordinal);
    }
}

public sealed class S3JobCollectionTests(S3JobCollectionTests.Own own) : JobCollectionTests(own), IClassFixture<S3JobCollectionTests.Own>
{
    public sealed class Own() : KillSandbox(SandboxStorage.S3, rateLimitScale: 1);

    protected override int CredentialCalls => 1;
}

/// <summary>Each blob has a signature of its own there: one call for every 100 of them.</summary>
public sealed class AzureJobCollectionTests(AzureJobCollectionTests.Own own) : JobCollectionTests(own), IClassFixture<AzureJobCollectionTests.Own>
{
    public sealed class Own() : KillSandbox(SandboxStorage.Azure, rateLimitScale: 1);

    protected override int CredentialCalls => 3;
}

/// <summary>A job that has run, and its outputs as a command receives them.</summary>
internal static class CollectedJob
{
    public static async Task<string> RunAsync(SandboxFixture sandbox, string command)
    {
        await using var session = await sandbox.ConnectAsync();
        var spec = new JobSpec { JobName = "Job", Command = command, CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1, AnalysisCode = "user_included" };
        var job = await session.Jobs.CreateAsync(spec, [], default);
        await session.Jobs.SubmitAsync(job.Id, default);
        await foreach (var ending in session.Jobs.WaitAsync([job.Id], TimeSpan.FromMilliseconds(200), Study.Patience, null, default))
            Assert.True(ending.Succeeded, ending.Reason ?? ending.Error?.Message);
        return job.Id;
    }

    /// <summary>All at once, as a command starts them.</summary>
    public static async Task<CollectedOutputs> ReceiveAsync(RescaleSession session, string jobId, string destination, JobCollectionOptions? options = null)
    {
        await using var engine = session.CreateEngine(new TransferOptions());
        var collection = session.CreateJobCollection(options ?? new JobCollectionOptions());
        var outputs = new CollectedOutputs();
        var transfers = new List<Task>();
        await foreach (var step in collection.PlanAsync(jobId, destination, static _ => Task.FromResult(ChangePermission.Granted), default))
        {
            if (step is FolderStep.Failed failed)
                outputs.Add(failed.Target, failed.Error);
            if (step is FileToReceive file)
                transfers.Add(TakeAsync(file));
        }

        await Task.WhenAll(transfers);
        return outputs;

        async Task TakeAsync(FileToReceive file)
        {
            try
            {
                outputs.Add(file.RelativePath, await collection.ReceiveAsync(engine, file, new DownloadOptions(), default));
            }
            catch (RescaleException e)
            {
                outputs.Add(file.RelativePath, e);
            }
        }
    }
}

internal sealed class CollectedOutputs
{
    public SortedDictionary<string, ReceivedFile> Files { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, RescaleException> Errors { get; } = new(StringComparer.Ordinal);

    public void Add(string name, ReceivedFile file)
    {
        lock (Files) Files.Add(name, file);
    }

    public void Add(string name, RescaleException error)
    {
        lock (Errors) Errors.Add(name, error);
    }
}
