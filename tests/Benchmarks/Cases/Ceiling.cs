using RescaleInterlink.Benchmarks.Contenders;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Target;
using RescaleInterlink.Benchmarks.Workers;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>
/// What this machine allows in this run: min(encrypt or decrypt, SHA-512, store, disk, CPU budget), where the CPU budget
/// is cores / sum of the CPU seconds per MB of encrypt or decrypt, hash, client I/O and server, each measured alone.
/// </summary>
internal sealed class Ceiling
{
    private readonly Bench _bench;
    private readonly Series _encrypt;
    private readonly Series _decrypt;
    private readonly Series _hash;
    private readonly Series _send;
    private readonly Series _fetch;
    private readonly Series _memory;
    private readonly Series _disk;
    private readonly Series _loopback;
    private readonly List<double> _serverSend = [];
    private readonly List<double> _serverFetch = [];

    public Ceiling(Bench bench, Turns turns, FileSet files)
    {
        _bench = bench;
        var order = new WorkOrder(Work.Encrypt) { Bytes = files.Size, Endpoint = bench.Target.Fast, Connections = bench.Options.Connections };
        // A chain of CBC is serial: one file has one, many files keep all cores busy.
        var chains = Math.Min(files.Count, Environment.ProcessorCount);
        var each = order with { Bytes = files.Bytes / chains, Count = chains };
        _encrypt = turns.Add("AES-256-CBC encrypt", files.Bytes, () => RunAsync(each));
        _decrypt = turns.Add("AES-256-CBC decrypt", files.Bytes, () => RunAsync(each with { Work = Work.Decrypt }));
        _hash = turns.Add("SHA-512", files.Bytes, () => RunAsync(each with { Work = Work.Hash }));
        _loopback = turns.Add("loopback TCP", files.Bytes, () => RunAsync(order with { Work = Work.Loopback, Bytes = files.Bytes }));
        _send = turns.Add("our store client alone, from memory", files.Bytes, () => WithServerAsync(_serverSend, files,
            order with { Work = Work.StoreSend, Bucket = ObjectTarget.Sink, Prefix = "ceiling/", Count = files.Count }));
        _fetch = turns.Add("our store client alone, to memory", files.Bytes, () => WithServerAsync(_serverFetch, files,
            order with { Work = Work.StoreFetch, Bucket = ObjectTarget.Keep, Files = files.Stored }));
        _memory = turns.Add("write, flush, rename: tmpfs", files.Bytes, () => WriteAsync(order, files, bench.Memory.File("ceiling")));
        _disk = turns.Add("write, flush, rename: disk", files.Bytes, () => WriteAsync(order, files, bench.Disk.File("ceiling")));
    }

    public double Upload => Math.Min(Math.Min(_encrypt.Rate, _hash.Rate), Math.Min(_send.Rate, Budget(_encrypt, _send, _serverSend)));

    public double DownloadToMemory => Math.Min(Download, _memory.Rate);

    public double DownloadToDisk => Math.Min(Download, _disk.Rate);

    private double Download => Math.Min(Math.Min(_decrypt.Rate, _hash.Rate), Math.Min(_fetch.Rate, Budget(_decrypt, _fetch, _serverFetch)));

    private double Budget(Series cipher, Series client, List<double> server) =>
        Environment.ProcessorCount / (cipher.CpuPerMegabyte + _hash.CpuPerMegabyte + client.CpuPerMegabyte + Series.Median(server));

    public void Print(MarkdownReport report)
    {
        report.Line("| ceiling | MB/s, median | lowest | highest | CPU s per GB | of the server |");
        report.Line("|---|---|---|---|---|---|");
        foreach (var row in new[] { _encrypt, _decrypt, _hash, _loopback, _send, _fetch, _memory, _disk })
        {
            var server = row == _send ? $"{Series.Median(_serverSend) * 1000:F2}" : row == _fetch ? $"{Series.Median(_serverFetch) * 1000:F2}" : "";
            report.Line($"| {row.Name} | {row.Rate:F0} | {row.Lowest:F0} | {row.Highest:F0} | {row.CpuPerMegabyte * 1000:F2} | {server} |");
        }

        report.Line($"| CPU budget, upload | {Budget(_encrypt, _send, _serverSend):F0} | | | | |");
        report.Line($"| CPU budget, download | {Budget(_decrypt, _fetch, _serverFetch):F0} | | | | |");
        report.Line($"| **ceiling of the upload** | **{Upload:F0}** | | | | |");
        report.Line($"| **ceiling of the download**, tmpfs / disk | **{DownloadToMemory:F0} / {DownloadToDisk:F0}** | | | | |");
        report.Line();
    }

    private async Task<Sample> RunAsync(WorkOrder order)
    {
        var result = await _bench.Ceilings.RunAsync(order);
        return new Sample(result.Seconds, result.CpuSeconds, result.PeakBytes);
    }

    private async Task<Sample> WithServerAsync(List<double> server, FileSet files, WorkOrder order)
    {
        await _bench.Target.ClearSinkAsync();
        var before = _bench.Target.CpuSeconds();
        var sample = await RunAsync(order);
        server.Add((_bench.Target.CpuSeconds() - before) / (files.Bytes / 1e6));
        return sample;
    }

    private async Task<Sample> WriteAsync(WorkOrder order, FileSet files, string folder)
    {
        Directory.CreateDirectory(folder);
        var sample = await RunAsync(order with { Work = Work.WriteDisk, Folder = folder, Count = files.Count });
        Directory.Delete(folder, true);
        return sample;
    }
}
