using System.Diagnostics;
using RescaleInterlink.Archiving;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Archiving;

internal static class TarTesting
{
    public static async Task<byte[]> ReadAllAsync(TarSource source)
    {
        var bytes = new byte[source.Length];
        await source.ReadAsync(0, bytes, TestContext.Current.CancellationToken);
        return bytes;
    }

    /// <summary>All bytes that would be sent.</summary>
    /// <param name="helping">Bytes that are asked for at a time, of a source that is read from front to back.</param>
    public static async Task<byte[]> ReadBytesAsync(IByteSource source, int helping = 1 << 20)
    {
        if (source is not IForwardSource forward)
            return await ReadAllAsync((TarSource)source);
        await using var stream = await forward.OpenAsync(TestContext.Current.CancellationToken);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, helping, TestContext.Current.CancellationToken);
        return all.ToArray();
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
