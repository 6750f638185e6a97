using RescaleInterlink.Benchmarks.Workers;

namespace RescaleInterlink.Benchmarks.Ceilings;

/// <summary>Files written as a download's commit does it: room taken, chunks at their offsets, flushed, renamed.</summary>
internal static class DiskCeiling
{
    private const int ChunkSize = 8 << 20;

    public static void Run(WorkOrder order)
    {
        var chunk = new byte[(int)Math.Min(ChunkSize, order.Bytes)];
        Random.Shared.NextBytes(chunk);
        for (var i = 0; i < order.Count; i++)
        {
            var path = Path.Combine(order.Folder, $"ceiling{i}");
            using (var handle = File.OpenHandle(path + ".part", FileMode.Create, FileAccess.ReadWrite, preallocationSize: order.Bytes))
            {
                for (long offset = 0; offset < order.Bytes; offset += chunk.Length)
                    RandomAccess.Write(handle, chunk.AsSpan(0, (int)Math.Min(chunk.Length, order.Bytes - offset)), offset);
                RandomAccess.FlushToDisk(handle);
            }

            File.Move(path + ".part", path, overwrite: true);
        }
    }
}
