using System.Text.Json;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Networking;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.TransferProcess;

/// <summary>A pipeline that ends this process where it is told to: <c>BeforeCall:N</c> and <c>AfterCall:N</c> stand around the n-th call
/// of the API that changes something.</summary>
internal static class OnePipeline
{
    public static async Task<int> RunAsync()
    {
        var settings = JsonSerializer.Deserialize<PipelineSettings>(Console.ReadLine()!)!;
        var network = new NetworkOptions();
        using var transport = new KillingHandler(new KillSwitch(settings.KillAt), HttpTransport.Create(network, decompress: true));
        using var client = new RescaleClient(
            new Uri(settings.ApiUrl), new ApiKey(settings.ApiKey), transport, TimeProvider.System, new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(20) }, Random.Shared.NextDouble, settings.StateFolder);
        await using var library = new FileLibrary(client, network, TimeProvider.System, new CheckpointFolder(Path.Combine(settings.StateFolder, "transfers")));
        using var jobs = new JobService(client, library, TimeProvider.System, organization: null);
        var rows = settings.Rows.Select((row, i) => new JobRow(i + 1, new JobSpec
        {
            JobName = row.JobName, Directory = row.Directory, Command = row.Command, Tags = row.Tags,
            AnalysisCode = "user_included", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1,
        })).ToList();
        Console.WriteLine("begun");
        var options = new PipelineOptions
        {
            StatePath = settings.StatePath,
            Destination = settings.Destination,
            PollInterval = TimeSpan.FromMilliseconds(100),
            Extras = settings.ExtraFile is { } extra ? new ExtraInputs { Files = [extra] } : ExtraInputs.None,
            Archive = new ArchiveOptions { Compression = settings.Gzip ? TarCompression.Gzip : TarCompression.None },
            Transfer = new TransferOptions(Connections: 2) { PartSize = 5 << 20 },
            OnContinued = (what, done, total) => Console.WriteLine($"continued {what} at {done} of {total}"),
            OnNotice = notice => Console.WriteLine($"notice {notice}"),
        };
        var succeeded = true;
        try
        {
            await foreach (var result in new PipelineRunner(jobs, TimeProvider.System).RunAsync(rows, options, default))
            {
                Console.WriteLine($"row {result.Index} {result.JobId} {result.Error?.Message}");
                succeeded &= result.Error is null;
            }
        }
        catch (RescaleException failure)
        {
            Console.WriteLine($"error {failure.Message}");
            return 1;
        }

        return succeeded ? 0 : 1;
    }

    private sealed class KillingHandler(KillSwitch kill, HttpMessageHandler next) : DelegatingHandler(next)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Get)
                return await base.SendAsync(request, cancellationToken);
            kill.Reach("BeforeCall");
            var response = await base.SendAsync(request, cancellationToken);
            kill.Reach("AfterCall");
            return response;
        }
    }
}
