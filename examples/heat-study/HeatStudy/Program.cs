using HeatStudy;
using RescaleInterlink;
using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Platform;

// The heat study without PowerShell: starts the sandbox, runs the table of jobs, checks what comes back.
//   HeatStudy [--jobs <jobs.csv>] [--destination <folder>]
// Exit code 0: every result is there, its SHA-512 is right and its centre temperature is within 1 %. 1: not so. 2: not run.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
var jobsPath = Option("--jobs") ?? FindJobs();
var destination = Path.GetFullPath(Option("--destination") ?? "heat-study-results");
var sandboxFolder = Directory.CreateTempSubdirectory("heat-study-").FullName;
SandboxInstance? sandbox = null;
try
{
    var rows = JobTable.ReadFile(jobsPath);
    var program = Path.Combine(AppContext.BaseDirectory, "sandbox", "RescaleInterlink.Sandbox.dll");
    sandbox = await SandboxLauncher.StartAsync(program, new SandboxOptions { Path = sandboxFolder }, stop.Token);
    Console.WriteLine($"{sandbox}; {rows.Count} jobs");
    await using var session = await RescaleSession.ConnectAsync(new ConnectOptions(sandbox.ApiUrl.ToString(), new ApiKey(sandbox.ApiKey)), stop.Token);
    var options = new PipelineOptions
    {
        Destination = destination,
        StatePath = Path.Combine(destination, "heat-study.state.csv"),
        ExistingState = ExistingState.Replace,
        Overwrite = true,
        PollInterval = TimeSpan.FromSeconds(1),
    };
    var reports = new List<RunReport>();
    await foreach (var result in session.CreatePipeline().RunAsync(rows, options, stop.Token))
    {
        reports.Add(RunReport.Of(result));
        Console.WriteLine($"{result.JobName} ended after {result.Elapsed.TotalSeconds:F1} s: {result.Files.Count} files in {result.Destination}");
    }

    Console.WriteLine();
    Console.WriteLine($"{"Run",-10} {"Computed",12} {"Analytic",12} {"Error %",10} {"Iterations",10}");
    foreach (var report in reports.OrderBy(report => report.JobName, StringComparer.Ordinal))
        Console.WriteLine(report);
    return reports.Count == rows.Count && reports.TrueForAll(report => report.Fault is null) ? 0 : 1;
}
catch (RescaleException exception)
{
    Console.Error.WriteLine($"{exception.ErrorId}: {exception.Message} {exception.RecommendedAction}");
    return 2;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped.");
    return 2;
}
finally
{
    if (sandbox is not null)
        await SandboxLauncher.StopAsync(sandbox, CancellationToken.None);
    Directory.Delete(sandboxFolder, recursive: true);
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;

// The study's table lies in the folder above the program's project, wherever the program was built to.
static string FindJobs()
{
    for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        if (File.Exists(Path.Combine(folder, "jobs.csv")))
            return Path.Combine(folder, "jobs.csv");
    return "jobs.csv";
}
