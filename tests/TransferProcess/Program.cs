using System.Globalization;
using System.Text.Json;
using RescaleInterlink;
using RescaleInterlink.Errors;
using RescaleInterlink.Testing;
using RescaleInterlink.TransferProcess;

// Many calls in a process of its own, for the limits that processes share.
if (args is ["calls"]) return await ManyCalls.RunAsync();

// Many jobs in a process of its own, which tests end with kill -9.
if (args is ["pipeline"]) return await OnePipeline.RunAsync();

// One transfer in a process of its own, which tests end with kill -9. Settings come in one line of JSON on stdin, so that no secret
// is an argument. It says: "bytes N" as bytes arrive, "notice TEXT", "paused", "stopped", "error ID MESSAGE", and at the end "done JSON".
var settings = JsonSerializer.Deserialize<TransferSettings>(Console.ReadLine()!)!;
using var stop = new CancellationTokenSource();
using var goOn = new ManualResetEventSlim();
_ = Task.Run(() =>
{
    // A line "stop" is what Ctrl+C is to a cmdlet.
    while (Console.ReadLine() is { } line)
    {
        if (line == "stop") stop.Cancel();
        if (line == "go") goOn.Set();
    }
});
try
{
    var session = await RescaleSession.ConnectAsync(
        new ConnectOptions(settings.ApiUrl, new(settings.ApiKey)) { CertificatePath = settings.CertificatePath, StateFolder = settings.StateFolder }, stop.Token);
    await using var transfer = new OneTransfer(session, settings, Say, goOn.Wait);
    var result = await transfer.RunAsync(stop.Token);
    Say("done " + JsonSerializer.Serialize(result));
    return 0;
}
catch (RescaleException failure)
{
    Say(string.Create(CultureInfo.InvariantCulture, $"error {failure.ErrorId} {failure.Message}"));
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Say("stopped");
    return 2;
}

static void Say(string line)
{
    lock (Console.Out)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
