using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Target;
using RescaleInterlink.Benchmarks.Workers;

namespace RescaleInterlink.Benchmarks.Contenders;

/// <summary>A contender in .NET: a process that lives through all runs, as a shell does, so that its start does not count.</summary>
internal sealed class WorkerContender(string name, Work upload, Work download, bool protects = false) : Contender(name), IAsyncDisposable
{
    private readonly WorkerProcess _worker = new();

    public override bool Protects => protects;

    /// <summary>Changes the orders: checkpoints, progress.</summary>
    public Func<WorkOrder, WorkOrder> Adjust { get; init; } = static order => order;

    public override async Task PrepareAsync(Round round)
    {
        if (upload != Work.EngineUpload || round.Files.Stored.Length > 0) return;
        var order = Order(upload, round, ObjectTarget.Keep) with { Prefix = round.Files.Prefix, Sources = round.Files.Paths };
        round.Files.Stored = (await _worker.RunAsync(order)).Files;
    }

    public override Task<Sample> UploadAsync(Round round) => RunAsync(Order(upload, round, ObjectTarget.Sink) with { Prefix = "up/", Sources = round.Files.Paths });

    public override Task<Sample> DownloadAsync(Round round) => RunAsync(Order(download, round, ObjectTarget.Keep) with { Files = round.Files.Stored, Folder = round.Folder });

    private WorkOrder Order(Work work, Round round, string bucket) =>
        Adjust(new WorkOrder(work) { Bucket = bucket, Endpoint = round.Endpoint, Connections = round.Connections, FilesAtOnce = round.FilesAtOnce });

    private async Task<Sample> RunAsync(WorkOrder order)
    {
        var result = await _worker.RunAsync(order);
        return new Sample(result.Seconds, result.CpuSeconds, result.PeakBytes);
    }

    public ValueTask DisposeAsync() => _worker.DisposeAsync();
}
