using RescaleInterlink.Benchmarks.Contenders;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Target;
using RescaleInterlink.Benchmarks.Workers;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>What checkpoints cost, and what a process that was killed costs when it is started again.</summary>
internal static class ResumeCase
{
    public static async Task RunAsync(Bench bench)
    {
        var files = bench.MakeFiles("resume", 1, bench.Options.Size);
        var round = new Round(bench.Target.Fast, files, bench.Memory.File("target"), bench.Options.Connections, 1);
        var state = bench.Disk.File("state");
        await using var kept = new WorkerContender("with checkpoints", Work.EngineUpload, Work.EngineDownload, true) { Adjust = order => order with { Checkpoints = state } };
        await using var none = new WorkerContender("-NoResume", Work.EngineUpload, Work.EngineDownload, true);
        await none.PrepareAsync(round);
        var turns = new Turns();
        Series[] uploads = [turns.Add(kept.Name, files.Bytes, bench.Upload(kept, round)), turns.Add(none.Name, files.Bytes, bench.Upload(none, round))];
        Series[] downloads = [turns.Add(kept.Name, files.Bytes, Bench.Download(kept, round)), turns.Add(none.Name, files.Bytes, Bench.Download(none, round))];
        await turns.RunAsync(bench.Options.Runs);
        var report = bench.Report;
        report.Section($"Resume: cost of checkpoints, 1 x {files.Size} bytes");
        report.Line("Upload:");
        report.Line();
        report.Compare(uploads);
        report.Line("Download:");
        report.Line();
        report.Compare(downloads);
        report.Save(turns);

        report.Section("Resume after kill -9 at about half, object-store-like target");
        report.Line("| what | killed after MB | sent in all, MB | of the object, MB | again, MB | first new byte after, s |");
        report.Line("|---|---|---|---|---|---|");
        for (var run = 0; run < bench.Options.Runs; run++)
        {
            var order = new WorkOrder(Work.EngineUpload) { Endpoint = bench.Target.Slow, Connections = bench.Options.Connections, Checkpoints = state };
            await KillAsync(bench, "upload", order with { Bucket = ObjectTarget.Sink, Prefix = "up/", Sources = files.Paths }, files.Size);
            var folder = Directory.CreateDirectory(round.Folder).FullName;
            await KillAsync(bench, "download", order with { Work = Work.EngineDownload, Bucket = ObjectTarget.Keep, Files = files.Stored, Folder = folder }, files.Size);
            Directory.Delete(folder, true);
        }

        report.Line();
        report.Save();
        await bench.Target.ClearAsync("");
        Directory.Delete(files.Folder, true);
    }

    private static async Task KillAsync(Bench bench, string what, WorkOrder order, long size)
    {
        await bench.Target.ClearSinkAsync();
        await bench.Target.TakeCountersAsync();
        CounterValues before;
        await using (var first = new WorkerProcess())
        {
            await first.BeginAsync(order);
            long moved = 0;
            long taken = 0;
            while (moved < size / 2)
            {
                await Task.Delay(20);
                var now = await bench.Target.TakeCountersAsync();
                moved += now.Received + now.Sent;
                taken = moved;
            }

            await first.KillAsync();
            before = new CounterValues(new Dictionary<string, long>(), taken, 0, 0);
        }

        // What was on its way when the process died still arrives.
        await Task.Delay(500);
        var late = await bench.Target.TakeCountersAsync();
        var sentBefore = before.Received + late.Received + late.Sent;
        var restarted = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await using var second = new WorkerProcess();
        await second.RunAsync(order);
        var after = await bench.Target.TakeCountersAsync();
        var all = sentBefore + after.Received + after.Sent;
        bench.Report.Line($"| {what} | {sentBefore / 1e6:F0} | {all / 1e6:F0} | {size / 1e6:F0} | {(all - size) / 1e6:F1} | {(after.FirstPart - restarted) / 1e3:F2} |");
    }
}
