using RescaleInterlink.Storage;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Benchmarks.Workers;

/// <summary>The engine on a store, without the platform's API: every file encrypted or decrypted, hashed and verified.</summary>
internal static class EngineWork
{
    public static async Task<StoredFile[]> UploadAsync(IObjectStore store, WorkOrder order)
    {
        await using var engine = Open(order);
        return await WatchAsync(engine, order, Task.WhenAll(order.Sources.Select(async path =>
        {
            using var source = new LocalFileSource(path);
            var key = order.Prefix + Path.GetFileName(path);
            var sent = await engine.UploadAsync(
                new UploadRequest { Source = source, Store = store, Key = key, Resume = Resume(order, path, key) }, default);
            return new StoredFile(sent.Key, Convert.ToBase64String(sent.EncryptionKey), sent.Length, sent.Sha512);
        })));
    }

    public static async Task DownloadAsync(IObjectStore store, WorkOrder order)
    {
        await using var engine = Open(order);
        await WatchAsync(engine, order, Task.WhenAll(order.Files.Select(file =>
        {
            var destination = Path.Combine(order.Folder, Path.GetFileName(file.Key));
            return engine.DownloadAsync(new DownloadRequest
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
        })));
    }

    private static TransferEngine Open(WorkOrder order) => new(new TransferOptions(order.FilesAtOnce, order.Adaptive ? null : order.Connections, order.MemoryLimit));

    private static ResumeIdentity? Resume(WorkOrder order, string path, string key) => order.Checkpoints is null
        ? null
        : new ResumeIdentity(new CheckpointFolder(order.Checkpoints), path, key, new TransferDescription("benchmark", key, null, null));

    private static async Task<T> WatchAsync<T>(TransferEngine engine, WorkOrder order, Task<T> work)
    {
        while (order.WatchProgress && !work.IsCompleted)
        {
            _ = engine.GetProgress();
            await Task.WhenAny(work, Task.Delay(250));
        }

        return await work;
    }
}
