using RescaleInterlink.Storage;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Benchmarks.Workers;

/// <summary>The engine on a store, without the platform's API: every file encrypted or decrypted, hashed and verified.</summary>
internal static class EngineWork
{
    // As many as a command hands to the engine before it waits.
    private const int MostQueued = 1000;

    public static async Task<StoredFile[]> UploadAsync(IObjectStore store, WorkOrder order)
    {
        await using var engine = Open(order);
        var stored = new StoredFile[order.Sources.Length];
        await WatchAsync(engine, order, ForEachAsync(order.Sources, async (path, i) =>
        {
            using var source = new LocalFileSource(path);
            var key = order.Prefix + Path.GetFileName(path);
            var sent = await engine.UploadAsync(
                new UploadRequest { Source = source, Store = store, Key = key, Resume = Resume(order, path, key) }, default);
            stored[i] = new StoredFile(sent.Key, Convert.ToBase64String(sent.EncryptionKey), sent.Length, sent.Sha512);
        }));
        return stored;
    }

    public static async Task DownloadAsync(IObjectStore store, WorkOrder order)
    {
        await using var engine = Open(order);
        await WatchAsync(engine, order, ForEachAsync(order.Files, async (file, _) =>
        {
            var destination = Path.Combine(order.Folder, Path.GetFileName(file.Key));
            await engine.DownloadAsync(new DownloadRequest
            {
                DisplayName = file.Key,
                Store = store,
                Key = file.Key,
                EncryptionKey = Convert.FromBase64String(file.EncryptionKey),
                Length = file.Length,
                Sha512 = file.Sha512,
                Destination = destination,
                Overwrite = true,
                Resume = Resume(order, destination, file.Key),
            }, default);
        }));
    }

    private static Task ForEachAsync<T>(T[] items, Func<T, int, Task> work) => Parallel.ForEachAsync(
        items.Index(), new ParallelOptions { MaxDegreeOfParallelism = MostQueued }, async (item, _) => await work(item.Item, item.Index));

    private static TransferEngine Open(WorkOrder order) => new(new TransferOptions(order.FilesAtOnce, order.Adaptive ? null : order.Connections, order.MemoryLimit));

    private static ResumeIdentity? Resume(WorkOrder order, string path, string key) => order.Checkpoints is null
        ? null
        : new ResumeIdentity(new CheckpointFolder(order.Checkpoints), path, key, new TransferDescription("benchmark", key, null, null));

    private static async Task WatchAsync(TransferEngine engine, WorkOrder order, Task work)
    {
        while (order.WatchProgress && !work.IsCompleted)
        {
            _ = engine.GetProgress();
            await Task.WhenAny(work, Task.Delay(250));
        }

        await work;
    }
}
