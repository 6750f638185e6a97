using System.Diagnostics;
using System.Text.Json;
using RescaleInterlink.Benchmarks.Ceilings;

namespace RescaleInterlink.Benchmarks.Workers;

/// <summary>The child's side: one order a line in, one result a line out, until the input ends.</summary>
internal static class Worker
{
    public static async Task<int> ServeAsync()
    {
        await using var clients = new WorkerClients();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var result = await RunAsync(clients, JsonSerializer.Deserialize<WorkOrder>(line)!);
            Console.WriteLine(JsonSerializer.Serialize(result));
        }

        return 0;
    }

    private static async Task<WorkResult> RunAsync(WorkerClients clients, WorkOrder order)
    {
        if (order.FromScratch) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        else GC.Collect();
        ForgetPeak();
        var before = Children.PeakMemory(Environment.ProcessId);
        var cpu = Environment.CpuUsage.TotalTime;
        var at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var start = Stopwatch.GetTimestamp();
        try
        {
            var files = await Task.Run(() => WorkAsync(clients, order));
            return new WorkResult(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds,
                Children.PeakMemory(Environment.ProcessId), before, at, files);
        }
        catch (Exception failure)
        {
            return new WorkResult(0, 0, 0, 0, at, [], failure.ToString());
        }
    }

    private static async Task<StoredFile[]> WorkAsync(WorkerClients clients, WorkOrder order)
    {
        switch (order.Work)
        {
            case Work.EngineUpload:
                return await EngineWork.UploadAsync(clients.Store(order), order);
            case Work.EngineDownload:
                await EngineWork.DownloadAsync(clients.Store(order), order);
                break;
            case Work.SdkPut:
                await SdkWork.PutAsync(clients.Sdk(order), order);
                break;
            case Work.SdkGet:
                await SdkWork.GetAsync(clients.Sdk(order), order);
                break;
            case Work.UtilityUpload:
                await SdkWork.UploadAsync(clients.Sdk(order), order);
                break;
            case Work.UtilityDownload:
                await SdkWork.DownloadAsync(clients.Sdk(order), order);
                break;
            case Work.StoreSend:
                await StoreCeiling.SendAsync(clients.Store(order), order);
                break;
            case Work.StoreFetch:
                await StoreCeiling.FetchAsync(clients.Store(order), order);
                break;
            case Work.Encrypt:
            case Work.Decrypt:
            case Work.Hash:
                await CryptoCeiling.RunAsync(order);
                break;
            case Work.WriteDisk:
                DiskCeiling.Run(order);
                break;
            case Work.Loopback:
                await LoopbackCeiling.RunAsync(order);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(order), order.Work, "No such work.");
        }

        return [];
    }

    /// <summary>Linux can begin the peak of resident memory anew.</summary>
    private static void ForgetPeak()
    {
        if (OperatingSystem.IsLinux()) File.WriteAllText("/proc/self/clear_refs", "5");
    }
}
