using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using RescaleInterlink.Benchmarks.Contenders;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Workers;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Benchmarks.Cases;

/// <summary>One file to Azurite and back, against azcopy. Azurite, a program of node on one core, is what both wait for.</summary>
internal static class AzureCase
{
    private const string Account = "devstoreaccount1";

    // Not a secret: every emulator has it ("Use the Azurite emulator" of Azure's documentation).
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    public static async Task RunAsync(Bench bench)
    {
        // Azurite keeps what is overwritten for some minutes; half of the usual size leaves room for that in memory.
        var files = bench.MakeFiles("azure", 1, bench.Options.Size / 2);
        bench.Report.Section($"Azure, by Azurite: 1 x {files.Size} bytes, {bench.Options.Connections} connections");
        await using var server = await ServerProcess.StartAsync("azurite.sh");
        if (server.Url is not { } azurite)
        {
            bench.Report.Line($"Not measured: {server.Missing}");
            return;
        }

        var container = new BlobServiceClient(new Uri(azurite, Account), new StorageSharedKeyCredential(Account, Key)).GetBlobContainerClient("bench");
        await container.CreateAsync();
        var sas = container.GenerateSasUri(BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddHours(6)).Query[1..];
        await using var ours = new WorkerContender("**RescaleInterlink**", Work.EngineUpload, Work.EngineDownload, protects: true)
        {
            Adjust = order => order with { Bucket = container.Name, Sas = sas },
        };
        var round = new Round(azurite, files, bench.Memory.File("target"), bench.Options.Connections, 1);
        await ours.PrepareAsync(round);
        var contenders = new List<Contender> { ours };
        if (Tool.Find("azcopy") is { } azcopy)
        {
            contenders.Add(new AzCopy(azcopy, container.Uri, sas, bench.Memory.Path));
            bench.Report.Line(await Tool.FirstLineAsync(azcopy, "--version"));
        }
        else
        {
            bench.Report.Line("Not on this machine, so not measured: azcopy.");
        }

        var turns = new Turns();
        var uploads = contenders.Select(contender => turns.Add(contender.Name, files.Bytes, bench.Upload(contender, round), contender is WorkerContender)).ToList();
        var downloads = contenders.Select(contender => turns.Add(contender.Name, files.Bytes, Bench.Download(contender, round), contender is WorkerContender)).ToList();
        await turns.RunAsync(bench.Options.Runs);
        bench.Report.Line("Upload:");
        bench.Report.Line();
        bench.Report.Compare(uploads);
        bench.Report.Line("Download:");
        bench.Report.Line();
        bench.Report.Compare(downloads);
        bench.Report.Save(turns);
        Directory.Delete(files.Folder, true);
    }
}
