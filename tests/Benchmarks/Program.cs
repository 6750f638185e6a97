using RescaleInterlink.Benchmarks;

// Run by hand: dotnet run -c Release --project tests/Benchmarks -- transfer --size 1GiB
var task = args.FirstOrDefault(argument => !argument.StartsWith("--", StringComparison.Ordinal)) ?? "transfer";
switch (task)
{
    case "transfer":
        await new TransferBenchmark(BenchmarkOptions.Parse(args)).RunAsync();
        return 0;
    case "soak":
        return await new Soak(BenchmarkOptions.Parse(args)).RunAsync();
    default:
        Console.Error.WriteLine("Usage: transfer [--size 1GiB] [--runs 5] [--folder /dev/shm] | soak [--minutes 10] [--seed N]");
        return 2;
}
