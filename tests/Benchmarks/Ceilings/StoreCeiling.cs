using RescaleInterlink.Benchmarks.Workers;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Benchmarks.Ceilings;

/// <summary>Our store client alone: signing and checksums, the same requests as the engine's, to and from memory.</summary>
internal static class StoreCeiling
{
    private const int ChunkSize = 8 << 20;

    /// <summary>As many objects as there are sources, of their length.</summary>
    public static async Task SendAsync(IObjectStore store, WorkOrder order)
    {
        var metadata = new Dictionary<string, string> { ["iv"] = Convert.ToBase64String(new byte[16]) };
        var partSize = (int)PartSizes.ForUpload(order.Bytes, order.MemoryLimit,
            store.Capabilities.MinimumPartSize, store.Capabilities.MaximumPartSize, store.Capabilities.MaximumParts);
        var part = new byte[Math.Min(partSize, order.Bytes)];
        Random.Shared.NextBytes(part);
        using var connections = new SemaphoreSlim(order.Connections);
        await Task.WhenAll(Enumerable.Range(0, order.Count).Select(async i =>
        {
            var key = $"{order.Prefix}ceiling{i}";
            if (order.Bytes <= partSize)
            {
                await InAsync(connections, () => store.PutAsync(key, part, metadata, default));
                return;
            }

            var upload = await store.BeginAsync(key, metadata, default);
            var parts = await Task.WhenAll(Enumerable.Range(0, (int)((order.Bytes - 1) / partSize + 1)).Select(number => InAsync(connections,
                () => store.WritePartAsync(upload, number + 1, part.AsMemory(0, (int)Math.Min(partSize, order.Bytes - (long)number * partSize)), default))));
            await store.CommitAsync(upload, parts, default);
        }));
    }

    public static async Task FetchAsync(IObjectStore store, WorkOrder order)
    {
        using var connections = new SemaphoreSlim(order.Connections);
        var buffers = new System.Collections.Concurrent.ConcurrentBag<byte[]>();
        await Task.WhenAll(order.Files.Select(async file =>
        {
            var found = await InAsync(connections, () => store.GetPropertiesAsync(file.Key, default));
            await Task.WhenAll(Enumerable.Range(0, (int)((found.Length - 1) / ChunkSize + 1)).Select(number => InAsync(connections, async () =>
            {
                var buffer = buffers.TryTake(out var used) ? used : new byte[ChunkSize];
                var offset = (long)number * ChunkSize;
                await store.ReadRangeAsync(file.Key, offset, buffer.AsMemory(0, (int)Math.Min(ChunkSize, found.Length - offset)), found.ETag, default);
                buffers.Add(buffer);
                return true;
            })));
        }));
    }

    private static async Task<T> InAsync<T>(SemaphoreSlim connections, Func<Task<T>> request)
    {
        await connections.WaitAsync();
        try
        {
            return await request();
        }
        finally
        {
            connections.Release();
        }
    }
}
