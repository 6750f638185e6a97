using RescaleInterlink.Benchmarks.Contenders;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Workers;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>What it costs to be watched: the numbers asked for four times a second, as a command does.</summary>
internal static class ProgressCase
{
    public static async Task RunAsync(Bench bench)
    {
        var large = bench.MakeFiles("progress", 1, bench.Options.Size);
        var small = bench.MakeFiles("progress-small", Bench.SmallFiles, 64 << 10);
        bench.Report.Section("Progress on against off");
        foreach (var files in new[] { large, small })
        {
            var round = new Round(bench.Target.Fast, files, bench.Memory.File("target"), bench.Options.Connections, files.Count > 1 ? bench.Options.Connections : 1);
            await using var watched = new WorkerContender("progress on", Work.EngineUpload, Work.EngineDownload, true) { Adjust = static order => order with { WatchProgress = true } };
            await using var unwatched = new WorkerContender("progress off", Work.EngineUpload, Work.EngineDownload, true);
            await watched.PrepareAsync(round);
            var turns = new Turns();
            Series[] uploads = [turns.Add(watched.Name, files.Bytes, bench.Upload(watched, round)), turns.Add(unwatched.Name, files.Bytes, bench.Upload(unwatched, round))];
            Series[] downloads = [turns.Add(watched.Name, files.Bytes, Bench.Download(watched, round)), turns.Add(unwatched.Name, files.Bytes, Bench.Download(unwatched, round))];
            await turns.RunAsync(bench.Options.Runs);
            bench.Report.Line($"Upload, {files.Count} x {files.Size} bytes:");
            bench.Report.Line();
            bench.Report.Compare(uploads);
            bench.Report.Line($"Download, {files.Count} x {files.Size} bytes:");
            bench.Report.Line();
            bench.Report.Compare(downloads);
            bench.Report.Save(turns);
            await bench.Target.ClearAsync("");
            Directory.Delete(files.Folder, true);
        }
    }
}
