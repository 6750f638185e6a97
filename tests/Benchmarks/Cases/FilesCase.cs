using RescaleInterlink.Benchmarks.Contenders;
using RescaleInterlink.Benchmarks.Report;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>A set of files up and down, ours and the peers in turn, beside the ceilings of the same minutes.</summary>
internal static class FilesCase
{
    public static async Task RunAsync(Bench bench, string name, int count, long size, bool objectStore)
    {
        var files = bench.MakeFiles(name, count, size);
        var atOnce = size > 1 << 20 ? 5 : bench.Options.Connections;
        var round = new Round(objectStore ? bench.Target.Slow : bench.Target.Fast, files, bench.Memory.File("target"), bench.Options.Connections, atOnce);
        var contenders = bench.Contenders.Where(contender => contender.Takes(files, objectStore)).ToArray();
        foreach (var contender in contenders) await contender.PrepareAsync(round with { Endpoint = bench.Target.Fast });

        var turns = new Turns();
        var ceiling = objectStore ? null : new Ceiling(bench, turns, files);
        var (uploads, downloads) = (new List<Series>(), new List<Series>());
        foreach (var contender in contenders)
        {
            uploads.Add(turns.Add(contender.Name, files.Bytes, bench.Upload(contender, round), contender is WorkerContender));
            downloads.Add(turns.Add(contender.Name, files.Bytes, Bench.Download(contender, round), contender is WorkerContender));
        }

        Series? toDisk = objectStore ? null : turns.Add("**RescaleInterlink**, to disk", files.Bytes,
            Bench.Download(bench.Ours, round with { Folder = bench.Disk.File("target") }));
        await turns.RunAsync(bench.Options.Runs);

        var report = bench.Report;
        report.Section($"{name}{(objectStore ? ", each connection limited to 50 MB/s and 20 ms to the first byte" : "")}: {count} x {size} bytes, {round.Connections} connections");
        ceiling?.Print(report);
        report.Line("Upload (RescaleInterlink and those named crypt or openssl encrypt):");
        report.Line();
        report.Compare(uploads);
        report.Line("Download (RescaleInterlink decrypts and verifies SHA-512):");
        report.Line();
        report.Compare(toDisk is null ? downloads : [downloads[0], toDisk, .. downloads.Skip(1)]);
        if (ceiling is not null)
            report.Line($"Of the ceiling: upload {uploads[0].Rate / ceiling.Upload:P0}, download {downloads[0].Rate / ceiling.DownloadToMemory:P0}, download to disk {toDisk!.Rate / ceiling.DownloadToDisk:P0}.");
        report.Save(turns);
        await bench.Target.ClearAsync("");
        Directory.Delete(files.Folder, true);
    }
}
