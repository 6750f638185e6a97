using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>
/// The 289 outputs of one job, from a sandbox with the platform's own rate limits: how many calls they cost, how long all of these took together,
/// and how much of the budgets is left: where that is most of them, no call has waited for its budget. The Go tool's published time for as many files is 188 s.
/// </summary>
internal static class JobDownloadCase
{
    private const int Files = 289;

    /// <summary>Most seconds that all API calls take together.</summary>
    private const double Bar = 1;

    public static async Task RunAsync(Bench bench)
    {
        bench.Report.Section("A job's outputs");
        bench.Report.Line($"{Files} files of one job, received by a new session from a sandbox with the platform's rate limits on.");
        bench.Report.Line();
        bench.Report.Line("| storage | API calls | of them for keys | refused (429) | left of the budgets of 150 and 300 | all API calls together | all in all | |");
        bench.Report.Line("|---|---|---|---|---|---|---|---|");
        foreach (var storage in new[] { SandboxStorage.S3, SandboxStorage.Azure })
        {
            await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { StorageType = storage, RateLimitScale = 1 });
            var job = await MakeJobAsync(sandbox);
            for (var run = 0; run < bench.Options.Runs; run++)
                bench.Report.Line(await MeasureAsync(sandbox, storage, job));
        }

        bench.Report.Line();
        bench.Report.Save();
    }

    private static async Task<string> MakeJobAsync(SandboxFixture sandbox)
    {
        await using var session = await sandbox.ConnectAsync();
        var spec = new JobSpec
        {
            JobName = "outputs", AnalysisCode = "user_included", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1,
            Command = $"mkdir -p d/e; i=0; while [ $i -lt {Files - 1} ]; do i=$((i+1)); head -c 65536 /dev/urandom > d/e/$i.dat; done",
        };
        var job = await session.Jobs.CreateAsync(spec, [], default);
        await session.Jobs.SubmitAsync(job.Id, default);
        await foreach (var ending in session.Jobs.WaitAsync([job.Id], TimeSpan.FromMilliseconds(500), null, null, default))
        {
            if (!ending.Succeeded)
                throw new InvalidOperationException($"The job did not end well: {ending.Status}, {ending.Reason}");
        }

        return job.Id;
    }

    private static async Task<string> MeasureAsync(SandboxFixture sandbox, SandboxStorage storage, string jobId)
    {
        using var folder = new TemporaryFolder();
        await using var session = await sandbox.ConnectAsync();
        using var api = new ApiTime(sandbox.Instance.ApiUrl.Port);
        var before = await CountAsync(sandbox);
        var already = api.Seconds;
        var watch = Stopwatch.StartNew();
        var received = await ReceiveAsync(session, jobId, folder.Path);
        var seconds = watch.Elapsed.TotalSeconds;
        var inCalls = api.Seconds - already;
        var left = (await session.Client.GetRateLimitsAsync()).Where(static status => status.Name is "user" or "jobs-usage").Select(static status => status.Tokens ?? 0).ToArray();
        var after = await CountAsync(sandbox);
        if (received != Files)
            throw new InvalidOperationException($"{received} files were received instead of {Files}.");
        var isMet = inCalls < Bar && left.Min() >= 1 && after.Refused == before.Refused;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {storage} | {after.Calls - before.Calls} | {after.Keys - before.Keys} | {after.Refused - before.Refused} | {string.Join(", ", left.Select(static tokens => Math.Floor(tokens)))} | {inCalls:F2} s | {seconds:F1} s | {(isMet ? "met" : "**missed**")} |");
    }

    private static async Task<int> ReceiveAsync(RescaleSession session, string jobId, string destination)
    {
        await using var engine = session.CreateEngine(new TransferOptions());
        var collection = session.CreateJobCollection(new JobCollectionOptions());
        var transfers = new List<Task<ReceivedFile>>();
        await foreach (var step in collection.PlanAsync(jobId, destination, static _ => Task.FromResult(ChangePermission.Granted), default))
        {
            if (step is FileToReceive file)
                transfers.Add(collection.ReceiveAsync(engine, file, new DownloadOptions(), default));
        }

        return (await Task.WhenAll(transfers)).Count(static file => file.Received?.Integrity == Integrity.Verified);
    }

    private static async Task<(long Calls, long Keys, long Refused)> CountAsync(SandboxFixture sandbox)
    {
        var requests = (await sandbox.GetCountersAsync()).GetProperty("api").GetProperty("requests").EnumerateObject().Where(static entry => entry.Name.Contains("/api/", StringComparison.Ordinal)).ToList();
        var refused = (await sandbox.CountLimitedAsync("user")).Refused + (await sandbox.CountLimitedAsync("jobs-usage")).Refused;
        return (requests.Sum(static entry => entry.Value.GetInt64()), requests.Where(static entry => entry.Name.EndsWith("/credentials/", StringComparison.Ordinal)).Sum(static entry => entry.Value.GetInt64()), refused);
    }

    /// <summary>Adds up how long the requests to one port took, as .NET itself measures them.</summary>
    private sealed class ApiTime : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly int _port;
        private double _seconds;

        public ApiTime(int port)
        {
            _port = port;
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "System.Net.Http", Name: "http.client.request.duration" })
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => Add(seconds, tags));
            _listener.Start();
        }

        public double Seconds
        {
            get
            {
                lock (_listener) return _seconds;
            }
        }

        public void Dispose() => _listener.Dispose();

        private void Add(double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag is not { Key: "server.port", Value: int port } || port != _port)
                    continue;
                lock (_listener) _seconds += seconds;
            }
        }
    }
}
