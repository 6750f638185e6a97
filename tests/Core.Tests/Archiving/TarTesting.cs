using System.Diagnostics;
using RescaleInterlink.Archiving;

namespace RescaleInterlink.Core.Tests.Archiving;

internal static class TarTesting
{
    public static async Task<byte[]> ReadAllAsync(TarSource source)
    {
        var bytes = new byte[source.Length];
        await source.ReadAsync(0, bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    /// <summary>Runs a program of the system, requires exit code 0 and returns its standard output.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await error}");
        return output;
    }
}
