using System.Runtime.InteropServices;
using System.Text.Json;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>The sandbox as a program: one line of JSON in, one line of JSON out, then it runs until it is told to stop.</summary>
internal static class SandboxProgram
{
    /// <returns>The process's exit code: 0 after a stop that was asked for, 1 when it could not start.</returns>
    public static async Task<int> RunAsync(TextReader input, TextWriter output)
    {
        UnixSession.Detach();
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.TrySetResult();
        });
        using var interrupt = Ignore(PosixSignal.SIGINT);
        using var hangUp = Ignore(PosixSignal.SIGHUP);

        SandboxHost host;
        try
        {
            host = await SandboxHost.StartAsync(Read(await input.ReadLineAsync()), TimeProvider.System, CancellationToken.None);
        }
        catch (Exception failure)
        {
            string errorId = (failure as SandboxStartException)?.ErrorId ?? SandboxStartException.StartFailed;
            await output.WriteLineAsync(JsonSerializer.Serialize(new SandboxFailed(failure.Message, errorId), HostingJson.Default.SandboxFailed));
            await output.FlushAsync();
            return 1;
        }

        await using (host)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(host.Started, HostingJson.Default.SandboxStarted));
            await output.FlushAsync();
            await await Task.WhenAny(stop.Task, host.StopAsked);
        }

        return 0;
    }

    private static PosixSignalRegistration Ignore(PosixSignal signal)
        => PosixSignalRegistration.Create(signal, context => context.Cancel = true);

    private static SandboxSettings Read(string? line)
    {
        try
        {
            return JsonSerializer.Deserialize(line ?? "", HostingJson.Default.SandboxSettings)
                ?? throw new SandboxStartException(SandboxStartException.SettingsInvalid, "The settings are null.");
        }
        catch (JsonException failure)
        {
            throw new SandboxStartException(SandboxStartException.SettingsInvalid, "One line of JSON with at least 'path' and 'stateHome' is expected on standard input.", failure);
        }
    }
}
