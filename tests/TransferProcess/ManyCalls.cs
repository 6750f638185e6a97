using System.Diagnostics;
using System.Text.Json;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.TransferProcess;

/// <summary>Listing calls, as many at once as told, beginning on a line "go".</summary>
internal sealed class ManyCalls : IApiObserver
{
    private readonly List<string> _notices = [];

    public static async Task<int> RunAsync()
    {
        var settings = JsonSerializer.Deserialize<CallSettings>(Console.ReadLine()!)!;
        using var session = await RescaleSession.ConnectAsync(
            new ConnectOptions(settings.ApiUrl, new(settings.ApiKey)) { StateFolder = settings.StateFolder }, default);
        Console.WriteLine("ready");
        if (Console.ReadLine() is null) return 1;
        var observer = new ManyCalls();
        ApiObserver.Current = observer;
        var ended = new double[settings.Calls];
        await Parallel.ForEachAsync(Enumerable.Range(0, settings.Calls), new ParallelOptions { MaxDegreeOfParallelism = settings.AtOnce }, async (call, stop) =>
        {
            await foreach (var job in session.Client.Jobs.ListAsync(stop))
            {
            }

            ended[call] = Stopwatch.GetTimestamp() * 1000.0 / Stopwatch.Frequency;
        });
        Console.WriteLine("done " + JsonSerializer.Serialize(new CallOutcome(ended, [.. observer._notices])));
        return 0;
    }

    public void OnWaiting(string reason, TimeSpan wait, TimeSpan left) => Note(reason);

    public void OnLimited(string reason, TimeSpan wait) => Note(reason);

    public void OnWarning(string message) => Note(message);

    private void Note(string text)
    {
        lock (_notices) _notices.Add(text);
    }
}
