using System.Diagnostics;
using RescaleInterlink.Benchmarks.Contenders;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>
/// Many small files through the whole of it: storage and the platform's API, where each file has a record. With the
/// platform's limits off against rclone, which knows only the storage, and with the limits on.
/// </summary>
internal static class SandboxCase
{
    private const int FilesWithinLimits = 300;

    public static async Task RunAsync(Bench bench)
    {
        var files = bench.MakeFiles("sandbox", Bench.SmallFiles, 64 << 10);
        await using (var sandbox = await SandboxFixture.StartAsync())
        {
            await using var session = await sandbox.ConnectAsync();
            var turns = new Turns();
            var target = bench.Memory.File("target");
            var up = turns.Add("**RescaleInterlink**, storage and record", files.Bytes, () => UploadAsync(session, files.Paths, bench.Options.Connections));
            var down = turns.Add("**RescaleInterlink**, list of records and storage", files.Bytes, () => DownloadAsync(session, files.Count, target, bench.Options.Connections));
            var (peerUp, peerDown) = (new List<Series> { up }, new List<Series> { down });
            if (Tool.Find("rclone") is { } rclone)
            {
                var keys = await session.Client.Users.GetStorageCredentialsAsync(null, default);
                var peer = new Rclone(rclone, bench.Memory.Path, crypt: false)
                {
                    Keys = (keys.AccessKey!, keys.SecretKey!, keys.SessionToken),
                    Bucket = SandboxTarget.Bucket,
                };
                var round = new Round(sandbox.Instance.S3Endpoint, files, target, bench.Options.Connections, bench.Options.Connections);
                var number = 0;
                peerUp.Add(turns.Add("rclone, storage only", files.Bytes, () => peer.CopyToAsync(round, $"rclone{++number}/"), warm: false));
                peerDown.Add(turns.Add("rclone, storage only", files.Bytes, async () =>
                {
                    if (Directory.Exists(target)) Directory.Delete(target, true);
                    return await peer.CopyFromAsync(round, $"rclone{number}/");
                }, warm: false));
            }

            await turns.RunAsync(bench.Options.Runs);
            bench.Report.Section($"The sandbox, its limits off: {files.Count} x {files.Size} bytes, {bench.Options.Connections} at once");
            bench.Report.Line("Upload:");
            bench.Report.Line();
            bench.Report.Compare(peerUp);
            bench.Report.Line("Download:");
            bench.Report.Line();
            bench.Report.Compare(peerDown);
            bench.Report.Save(turns);
        }

        await WithLimitsAsync(bench, files.Paths[..FilesWithinLimits]);
        Directory.Delete(files.Folder, true);
    }

    /// <summary>The limits dictate the time of many small files, whoever sends them; a few hundred show it.</summary>
    private static async Task WithLimitsAsync(Bench bench, string[] paths)
    {
        await using var sandbox = await SandboxFixture.StartAsync(new SandboxOptions { RateLimitScale = 1 });
        await using var session = await sandbox.ConnectAsync();
        var sample = await UploadAsync(session, paths, bench.Options.Connections);
        // 7,200 calls an hour, of which this client takes 85 %, after 150 at once (interop API 2.4).
        static double Dictated(int calls) => Math.Max(0, calls - 150) / (7200 / 3600.0 * 0.85);
        bench.Report.Line($"With the platform's limits on, {paths.Length} files took {sample.Seconds:F0} s; one call for each, the limits alone dictate {Dictated(paths.Length):F0} s. {Bench.SmallFiles} files are dictated {Dictated(Bench.SmallFiles):F0} s.");
        bench.Report.Save();
    }

    private static Task<Sample> UploadAsync(RescaleSession session, string[] paths, int atOnce) =>
        MeasureAsync(session, atOnce, paths.ToAsyncEnumerable(), async (engine, path) =>
        {
            using var source = new LocalFileSource(path);
            await session.Library.UploadAsync(engine, source, Path.GetFileName(path), null, default);
        });

    /// <summary>From the list of files, as rclone does it from the list of objects.</summary>
    private static async Task<Sample> DownloadAsync(RescaleSession session, int count, string folder, int atOnce)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, true);
        Directory.CreateDirectory(folder);
        return await MeasureAsync(session, atOnce, session.Client.Files.ListAsync(default).Take(count), (engine, file) => session.Library.DownloadAsync(
            engine, file, Path.Combine(folder, file.Name), overwrite: false, default));
    }

    /// <summary>As a command does it: all are handed over, and the engine lets so many in at once.</summary>
    private static async Task<Sample> MeasureAsync<T>(RescaleSession session, int atOnce, IAsyncEnumerable<T> items, Func<TransferEngine, T, Task> transfer)
    {
        await using var engine = session.CreateEngine(new TransferOptions(atOnce, atOnce));
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (item, _) => await transfer(engine, item));
        return new Sample(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, Children.PeakMemory(Environment.ProcessId));
    }
}
