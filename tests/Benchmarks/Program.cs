using System.Globalization;
using System.Runtime.InteropServices;
using RescaleInterlink.Benchmarks;
using RescaleInterlink.Benchmarks.Cases;
using RescaleInterlink.Benchmarks.Contenders;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Target;
using RescaleInterlink.Benchmarks.Workers;

BenchmarkOptions options;
try
{
    options = BenchmarkOptions.Parse(args);
}
catch (Exception wrong) when (wrong is ArgumentException or FormatException)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

switch (options.Tasks[0])
{
    case "soak":
        return await new Soak(options).RunAsync() + await new KillSoak(options.Seed, kills: 50).RunAsync();
    case "kill":
        return await new KillSoak(options.Seed, kills: 50).RunAsync();
    case "target":
        return await ObjectTarget.ServeAsync();
    case "worker":
        return await Worker.ServeAsync();
}

// The names are those of --case, in the order they are run.
var cases = new Dictionary<string, Func<Bench, Task>>
{
    ["large"] = bench => FilesCase.RunAsync(bench, "large", 1, options.Size, objectStore: false),
    ["medium"] = bench => FilesCase.RunAsync(bench, "medium", 16, options.Size / 16, objectStore: false),
    ["small"] = bench => FilesCase.RunAsync(bench, "small", Bench.SmallFiles, 64 << 10, objectStore: false),
    ["object-store"] = bench => FilesCase.RunAsync(bench, "object-store", 1, options.Size, objectStore: true),
    ["azure"] = AzureCase.RunAsync,
    ["memory"] = MemoryCase.RunAsync,
    ["resume"] = ResumeCase.RunAsync,
    ["sandbox"] = SandboxCase.RunAsync,
    ["progress"] = ProgressCase.RunAsync,
    ["limits"] = LimitsCase.RunAsync,
    ["job-download"] = JobDownloadCase.RunAsync,
    ["pipeline"] = PipelineCase.RunAsync,
};
var chosen = options.Tasks.Contains("all") ? [.. cases.Keys] : options.Tasks;
if (chosen.FirstOrDefault(name => !cases.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"There is no case '{unknown}'; say all, soak, or some of {string.Join(", ", cases.Keys)}.");
    return 2;
}

var report = new MarkdownReport(options.Report);
report.Line("# Benchmark");
report.Line();
report.Line($"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} cores ({RuntimeInformation.ProcessArchitecture}), {RuntimeInformation.OSDescription.Split('-')[0]}, .NET {Environment.Version}, {options.Runs} runs, interleaved, after runs that do not count.");
foreach (var (tool, version) in new[] { ("rclone", "version"), ("aws", "--version"), ("openssl", "version") })
    if (Tool.Find(tool) is { } found) report.Line($"- {await Tool.FirstLineAsync(found, version)}");
report.Line($"- AWSSDK.S3 {typeof(Amazon.S3.AmazonS3Client).Assembly.GetName().Version}");
await using var shared = await Bench.StartAsync(options, report);
foreach (var name in chosen)
{
    Console.Error.WriteLine($"== {name}");
    await cases[name](shared);
}

Console.WriteLine($"Report: {options.Report}");
return 0;
