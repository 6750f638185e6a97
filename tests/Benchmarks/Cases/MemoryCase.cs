using System.Security.Cryptography;
using RescaleInterlink.Benchmarks.Contenders;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Target;
using RescaleInterlink.Benchmarks.Workers;
using RescaleInterlink.Cryptography;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>Peak resident memory against what was there before plus the budget: one very large file, very many tiny ones.</summary>
internal static class MemoryCase
{
    private const int Period = 64 << 20;
    private const int TinyFiles = 100_000;
    private const int TinySize = 1 << 10;
    private static readonly long[] Budgets = [128L << 20, 512L << 20];

    public static async Task RunAsync(Bench bench)
    {
        var report = bench.Report;
        var large = bench.Options.Size * 8;
        report.Section("Memory: peak resident bytes of the process");
        report.Line("| what | budget MiB | before MiB | peak MiB | above before MiB | seconds |");
        report.Line("|---|---|---|---|---|---|");
        await LargeAsync(bench, large);
        await TinyAsync(bench);
        report.Line();
        report.Save();
    }

    private static async Task LargeAsync(Bench bench, long size)
    {
        var path = bench.Disk.File("sparse");
        await using (var sparse = File.Create(path)) sparse.SetLength(size);
        var stored = await StoreLongAsync(bench, (int)(size / Period));
        foreach (var budget in Budgets)
        {
            var order = new WorkOrder(Work.EngineUpload) { Endpoint = bench.Target.Fast, MemoryLimit = budget, Checkpoints = bench.Disk.File("state") };
            await PrintAsync(bench, $"upload of 1 x {size >> 30} GiB", order with { Bucket = ObjectTarget.Sink, Sources = [path] });
            await PrintAsync(bench, $"download of 1 x {size >> 30} GiB",
                order with { Work = Work.EngineDownload, Bucket = ObjectTarget.Keep, Files = [stored], Folder = bench.Disk.Path });
            File.Delete(bench.Disk.File(Path.GetFileName(stored.Key)));
        }

        File.Delete(path);
        await bench.Target.ClearAsync("");
    }

    private static async Task TinyAsync(Bench bench)
    {
        var files = bench.MakeFiles("tiny", TinyFiles, TinySize);
        var order = new WorkOrder(Work.EngineUpload)
        {
            Endpoint = bench.Target.Fast,
            Bucket = ObjectTarget.Keep,
            Sources = files.Paths,
            FilesAtOnce = bench.Options.Connections,
            MemoryLimit = Budgets[0],
        };
        var sent = await PrintAsync(bench, $"upload of {TinyFiles} x {TinySize} bytes", order);
        Directory.Delete(files.Folder, true);
        var folder = Directory.CreateDirectory(bench.Memory.File("tiny")).FullName;
        await PrintAsync(bench, $"download of {TinyFiles} x {TinySize} bytes", order with { Work = Work.EngineDownload, Files = sent, Folder = folder });
        Directory.Delete(folder, true);
        await bench.Target.ClearAsync("");
    }

    /// <summary>Each in a fresh process, warmed up by one small file.</summary>
    private static async Task<StoredFile[]> PrintAsync(Bench bench, string what, WorkOrder order)
    {
        await using var worker = new WorkerProcess();
        var warm = bench.MakeFiles("warm", 1, TinySize);
        await worker.RunAsync(order with { Work = Work.EngineUpload, Bucket = ObjectTarget.Sink, Sources = warm.Paths, Checkpoints = null });
        var result = await worker.RunAsync(order with { FromScratch = true });
        bench.Report.Line($"| {what} | {order.MemoryLimit >> 20} | {result.BasePeakBytes >> 20} | {result.PeakBytes >> 20} | {(result.PeakBytes - result.BasePeakBytes) >> 20} | {result.Seconds:F1} |");
        bench.Report.Save();
        return result.Files;
    }

    /// <summary>
    /// A long object that needs no memory of its length and yet decrypts: random cipher bytes again and again. With the last
    /// block of the period as IV each repetition decrypts to the same plaintext; a block of padding ends it.
    /// </summary>
    private static async Task<StoredFile> StoreLongAsync(Bench bench, int times)
    {
        var (key, cipher, plain) = (RandomNumberGenerator.GetBytes(CipherBlock.KeySize), RandomNumberGenerator.GetBytes(Period), new byte[Period]);
        var iv = cipher[^CipherBlock.Size..];
        using var aes = Aes.Create();
        aes.Key = key;
        aes.DecryptCbc(cipher, iv, plain, PaddingMode.None);
        var tail = aes.EncryptCbc(Array.Empty<byte>(), iv, PaddingMode.PKCS7);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        for (var i = 0; i < times; i++) hash.AppendData(plain);

        using var http = new HttpClient { BaseAddress = bench.Target.Fast };
        using var body = new ByteArrayContent(cipher);
        foreach (var (name, value) in ObjectEncryption.ForUpload(iv, Period).ToMetadata()) body.Headers.TryAddWithoutValidation("x-amz-meta-" + name, value);
        using var reply = await http.PutAsync(new Uri($"/{ObjectTarget.Keep}/period", UriKind.Relative), body);
        reply.EnsureSuccessStatusCode();
        await bench.Target.RepeatAsync(ObjectTarget.Keep + "/period", ObjectTarget.Keep + "/long", times, tail);
        return new StoredFile("long", Convert.ToBase64String(key), (long)Period * times, Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant());
    }
}
