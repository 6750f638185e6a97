using RescaleInterlink.Benchmarks.Contenders;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Target;
using RescaleInterlink.Benchmarks.Workers;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>What all cases share: the target, the contenders, the files, the report.</summary>
internal sealed class Bench : IAsyncDisposable
{
    public const int SmallFiles = 2000;
    private readonly List<Contender> _contenders = [];

    private Bench(BenchmarkOptions options, MarkdownReport report, TargetProcess target)
    {
        (Options, Report, Target) = (options, report, target);
        Memory = new TemporaryFolder(options.Folder);
        Disk = new TemporaryFolder(options.DiskFolder);
        Ours = new WorkerContender("**RescaleInterlink**", Work.EngineUpload, Work.EngineDownload, protects: true);
        Ceilings = new WorkerProcess();
    }

    public BenchmarkOptions Options { get; }
    public MarkdownReport Report { get; }
    public TargetProcess Target { get; }

    /// <summary>On the memory file system.</summary>
    public TemporaryFolder Memory { get; }

    /// <summary>On a disk.</summary>
    public TemporaryFolder Disk { get; }

    public WorkerContender Ours { get; }
    public WorkerProcess Ceilings { get; }

    /// <summary>All, ours first.</summary>
    public IReadOnlyList<Contender> Contenders => _contenders;

    public static async Task<Bench> StartAsync(BenchmarkOptions options, MarkdownReport report)
    {
        var bench = new Bench(options, report, await TargetProcess.StartAsync());
        bench._contenders.Add(bench.Ours);
        // What a command does when it is not told a number.
        bench._contenders.Add(new WorkerContender("RescaleInterlink, connections adapting", Work.EngineUpload, Work.EngineDownload, protects: true)
        {
            Adjust = static order => order with { Adaptive = true },
        });
        bench.AddPeer("sdk", "SDK PutObjectAsync / GetObjectAsync", () => new WorkerContender("SDK PutObjectAsync / GetObjectAsync", Work.SdkPut, Work.SdkGet));
        bench.AddPeer("utility", "SDK TransferUtility", () => new WorkerContender("SDK TransferUtility", Work.UtilityUpload, Work.UtilityDownload));
        var (rclone, aws, openssl) = (Tool.Find("rclone"), Tool.Find("aws"), Tool.Find("openssl"));
        bench.AddPeer("rclone", rclone, () => new Rclone(rclone!, bench.Memory.Path, crypt: false));
        bench.AddPeer("crypt", rclone, () => new Rclone(rclone!, bench.Memory.Path, crypt: true));
        bench.AddPeer("aws", aws, () => new AwsCli(aws!, null, bench.Memory.Path));
        bench.AddPeer("openssl", aws is null ? null : openssl, () => new AwsCli(aws!, openssl, bench.Memory.Path));
        return bench;
    }

    private void AddPeer(string name, string? found, Func<Contender> make)
    {
        // A child is started only for those that take part.
        if (Options.Without.Contains("all") || Options.Without.Contains(name)) return;
        if (found is null) Report.Line($"Not on this machine, so not measured: {name}.");
        else _contenders.Add(make());
    }

    /// <summary>Uploads into an empty bucket.</summary>
    public Func<Task<Sample>> Upload(Contender contender, Round round) => async () =>
    {
        await Target.ClearSinkAsync();
        return await contender.UploadAsync(round);
    };

    /// <summary>Downloads into an empty folder, and looks whether everything has come.</summary>
    public static Func<Task<Sample>> Download(Contender contender, Round round) => async () =>
    {
        if (Directory.Exists(round.Folder)) Directory.Delete(round.Folder, true);
        Directory.CreateDirectory(round.Folder);
        var sample = await contender.DownloadAsync(round);
        var found = new DirectoryInfo(round.Folder).GetFiles();
        // Those that do not decrypt have a block of padding more.
        if (found.Length != round.Files.Count || found.Any(file => file.Length - round.Files.Size is not (0 or 16)))
            throw new InvalidOperationException($"{contender.Name} brought {found.Length} files of {round.Files.Count}, or some in part.");
        Directory.Delete(round.Folder, true);
        return sample;
    };

    public FileSet MakeFiles(string name, int count, long size, TemporaryFolder? on = null)
    {
        var files = new FileSet(name, count, size, (on ?? Memory).File("source-" + name));
        files.Make();
        return files;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var contender in _contenders.OfType<IAsyncDisposable>()) await contender.DisposeAsync();
        await Ceilings.DisposeAsync();
        await Target.DisposeAsync();
        Memory.Dispose();
        Disk.Dispose();
    }
}
