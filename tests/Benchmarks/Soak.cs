using System.Diagnostics;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Benchmarks;

/// <summary>Files of random sizes up and down under random faults, until the time is over; every byte is compared.</summary>
internal sealed class Soak(BenchmarkOptions options)
{
    private static readonly string[] Faults =
    [
        """{"target":"s3","fault":"status","status":503,"code":"SlowDown","probability":0.05}""",
        """{"target":"s3","fault":"status","status":500,"code":"InternalError","probability":0.03}""",
        """{"target":"s3","fault":"resetBefore","probability":0.03}""",
        """{"target":"s3","fault":"resetDuring","probability":0.03}""",
        """{"target":"s3","operation":"GetObject","fault":"truncate","probability":0.03}""",
        """{"target":"s3","operation":"CompleteMultipartUpload","fault":"loseReply","probability":0.2}""",
        """{"target":"s3","fault":"expireCredentials","probability":0.01}""",
    ];

    public async Task<int> RunAsync()
    {
        Console.WriteLine($"Seed {options.Seed}, {options.Minutes} minutes.");
        using var folder = new TemporaryFolder(options.Folder);
        await using var sandbox = await SandboxTarget.StartAsync();
        await sandbox.SetFaultsAsync(Faults);
        var random = new Random(options.Seed);
        var start = Stopwatch.GetTimestamp();
        var rounds = 0;
        long bytes = 0;
        while (Stopwatch.GetElapsedTime(start).TotalMinutes < options.Minutes)
        {
            // Large, small and odd sizes; four files at a time share an engine.
            var sizes = Enumerable.Range(0, 4).Select(_ => random.Next(4) == 0 ? random.Next(100) : random.Next(40 << 20)).ToArray();
            var seeds = sizes.Select(_ => random.Next()).ToArray();
            await using var engine = new TransferEngine(new TransferOptions(4, random.Next(1, 9), 128 << 20));
            await Task.WhenAll(sizes.Select((size, i) => RoundTripAsync(engine, sandbox.Store, folder, size, seeds[i], $"{rounds}-{i}")));
            bytes += sizes.Sum(size => (long)size);
            rounds++;
        }

        Console.WriteLine($"{rounds} rounds of four files, {bytes >> 20} MiB each way, all equal.");
        return 0;
    }

    private static async Task RoundTripAsync(TransferEngine engine, IObjectStore store, TemporaryFolder folder, int size, int seed, string name)
    {
        var content = new byte[size];
        new Random(seed).NextBytes(content);
        var path = folder.File("source-" + name);
        await File.WriteAllBytesAsync(path, content);
        using var source = new LocalFileSource(path);
        var uploaded = await engine.UploadAsync(new UploadRequest { Source = source, Store = store, Key = "soak/" + name }, default);
        var downloaded = await engine.DownloadAsync(new DownloadRequest
        {
            DisplayName = name,
            Store = store,
            Key = uploaded.Key,
            EncryptionKey = uploaded.EncryptionKey,
            Length = uploaded.Length,
            Sha512 = uploaded.Sha512,
            Destination = folder.File("target-" + name),
        }, default);
        var received = await File.ReadAllBytesAsync(downloaded.Destination);
        if (!content.AsSpan().SequenceEqual(received)) throw new InvalidOperationException($"File {name} of {size} bytes came back different.");
        File.Delete(path);
        File.Delete(downloaded.Destination);
    }
}
