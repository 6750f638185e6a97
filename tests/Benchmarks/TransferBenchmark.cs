using System.Globalization;
using System.Security.Cryptography;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Benchmarks;

/// <summary>One file up and down: the engine beside the machine's ceilings and the plain SDK, in the same minutes.</summary>
internal sealed class TransferBenchmark(BenchmarkOptions options)
{
    private const int CeilingBuffer = 1 << 20;

    public async Task RunAsync()
    {
        using var folder = new TemporaryFolder(options.Folder);
        var source = folder.File("source.bin");
        WriteRandom(source);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{options.Size} bytes in {options.Folder}, {Environment.ProcessorCount} cores, .NET {Environment.Version}, {options.Runs} runs"));

        await using var sandbox = await SandboxTarget.StartAsync();
        using var client = await sandbox.OpenClientAsync();
        using var utility = new TransferUtility(client);
        await using var memory = new MemoryTarget();
        UploadResult? toMemory = null;
        UploadResult? toSandbox = null;
        var target = folder.File("target.bin");

        var measurements = new Measurements(options.Size);
        measurements.Add("AES-256-CBC encrypt, one thread", () => Task.Run(() => Ceiling(encrypt: true)));
        measurements.Add("AES-256-CBC decrypt, one thread", () => Task.Run(() => Ceiling(encrypt: false)));
        measurements.Add("SHA-512, one thread", () => Task.Run(HashCeiling));
        measurements.Add("upload to memory", async () => toMemory = await UploadAsync(memory, source));
        measurements.Add("download from memory", () => DownloadAsync(memory, toMemory!, target));
        measurements.Add("upload to the sandbox", async () => toSandbox = await UploadAsync(sandbox.Store, source));
        measurements.Add("download from the sandbox", () => DownloadAsync(sandbox.Store, toSandbox!, target));
        measurements.Add("PutObjectAsync to the sandbox, plain", () => client.PutObjectAsync(
            new PutObjectRequest { BucketName = SandboxTarget.Bucket, Key = "plain", FilePath = source }));
        measurements.Add("GetObjectAsync from the sandbox, plain", async () =>
        {
            using var reply = await client.GetObjectAsync(SandboxTarget.Bucket, "plain");
            await reply.WriteResponseStreamToFileAsync(target, false, default);
        });
        measurements.Add("TransferUtility upload to the sandbox, plain", () => utility.UploadAsync(source, SandboxTarget.Bucket, "utility"));
        measurements.Add("TransferUtility download from the sandbox, plain", () => utility.DownloadAsync(target, SandboxTarget.Bucket, "utility"));
        await measurements.RunAsync(options.Runs);
        measurements.Print();
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Peak working set: {self.PeakWorkingSet64 >> 20} MiB, the memory target's copy of the file included."));
    }

    private static async Task<UploadResult> UploadAsync(IObjectStore store, string path)
    {
        await using var engine = new TransferEngine(new TransferOptions());
        using var source = new LocalFileSource(path);
        return await engine.UploadAsync(new UploadRequest { Source = source, Store = store, Key = "engine" }, default);
    }

    private static async Task DownloadAsync(IObjectStore store, UploadResult file, string path)
    {
        await using var engine = new TransferEngine(new TransferOptions());
        await engine.DownloadAsync(new DownloadRequest
        {
            DisplayName = "engine",
            Store = store,
            Key = file.Key,
            EncryptionKey = file.EncryptionKey,
            Length = file.Length,
            Sha512 = file.Sha512,
            Destination = path,
            Overwrite = true,
        }, default);
    }

    private void Ceiling(bool encrypt)
    {
        using var aes = Aes.Create();
        var (input, output, iv) = (new byte[CeilingBuffer], new byte[CeilingBuffer], new byte[16]);
        for (long done = 0; done < options.Size; done += CeilingBuffer)
        {
            if (encrypt) aes.EncryptCbc(input, iv, output, PaddingMode.None);
            else aes.DecryptCbc(input, iv, output, PaddingMode.None);
        }
    }

    private void HashCeiling()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var input = new byte[CeilingBuffer];
        for (long done = 0; done < options.Size; done += CeilingBuffer) hash.AppendData(input);
    }

    private void WriteRandom(string path)
    {
        using var stream = File.Create(path);
        var buffer = new byte[1 << 20];
        for (var left = options.Size; left > 0; left -= buffer.Length)
        {
            RandomNumberGenerator.Fill(buffer);
            stream.Write(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
        }
    }
}
