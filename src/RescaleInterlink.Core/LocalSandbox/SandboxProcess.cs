using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.LocalSandbox;

/// <summary>One start of the sandbox program: a line in, a line out, and then it is on its own.</summary>
internal static class SandboxProcess
{
    /// <summary>Exit code of the <c>dotnet</c> program when a framework is missing (0x80008096, a byte of it on Unix).</summary>
    private static readonly int[] FrameworkMissing = [unchecked((int)0x80008096), 0x96];

    /// <summary>How long a start may take, here and in another process that starts the same one: 60 s.</summary>
    public static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private static readonly object Starting = new();
    private const int ErrorTextLimit = 4000;

    /// <returns>The program's answer, which may be an error of its own.</returns>
    /// <exception cref="RescaleException">SandboxRuntimeMissing, SandboxStartFailed.</exception>
    public static async Task<RunningSandbox> StartAsync(string dotnet, string programPath, StartRequest request, CancellationToken cancellationToken)
    {
        using var process = Launch(dotnet, programPath, request.Path);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartTime);
        var started = false;
        var errors = ReadSomeAsync(process.StandardError, limit.Token);
        try
        {
            await SendAsync(process, request, limit.Token).ConfigureAwait(false);
            var line = await process.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false);
            if (string.IsNullOrWhiteSpace(line))
            {
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                throw Ended(process.ExitCode, await errors.ConfigureAwait(false));
            }

            var answer = Parse(line);
            started = answer.Error is null;
            return answer;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed($"it did not answer within {StartTime.TotalSeconds:0} s");
        }
        catch (IOException e)
        {
            throw Failed("its standard streams broke", e);
        }
        finally
        {
            if (!started)
                End(process);
            // A disposed process leaves its streams open; the sandbox must not stay tied to this process by them.
            await limit.CancelAsync().ConfigureAwait(false);
            await errors.ConfigureAwait(false);
            process.StandardOutput.Dispose();
            process.StandardError.Dispose();
        }
    }

    private static Process Launch(string dotnet, string programPath, string folder)
    {
        var start = new ProcessStartInfo(dotnet)
        {
            UseShellExecute = false,
            // A console of its own on Windows: Ctrl+C in this one does not reach it.
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            // The caller's folder must not stay occupied for as long as the sandbox lives.
            WorkingDirectory = folder,
        };
        start.ArgumentList.Add(programPath);
        // The user's real key is none of the sandbox's business, and jobs would inherit it.
        start.Environment.Remove("RESCALE_API_KEY");
        // An IDE's or test runner's hooks would be loaded into it.
        start.Environment.Remove("DOTNET_STARTUP_HOOKS");
        try
        {
            // One at a time: the first of two would give back what the second still withholds.
            lock (Starting)
            {
                using var withheld = InheritableHandles.Withhold();
                return Process.Start(start)!;
            }
        }
        catch (Win32Exception e)
        {
            throw Failed($"'{dotnet}' could not be started", e);
        }
    }

    private static async Task SendAsync(Process process, StartRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request, SandboxJson.Default.StartRequest).AsMemory(), cancellationToken).ConfigureAwait(false);
            await process.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code and error text, read next, tell why.
        }
    }

    private static RunningSandbox Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, SandboxJson.Default.RunningSandbox) ?? throw Failed("its answer is empty");
        }
        catch (JsonException e)
        {
            throw Failed("its answer is not what a sandbox says; the program and the module may be of different versions", e);
        }
    }

    private static RescaleException Ended(int exitCode, string errors) => FrameworkMissing.Contains(exitCode)
        ? DotnetHost.Missing("which was not found")
        : Failed($"it ended with exit code {exitCode}{(errors.Length == 0 ? "" : ": " + Redaction.Redact(errors))}");

    public static RescaleException Failed(string reason, Exception? inner = null) => new(
        ErrorIds.SandboxStartFailed,
        ErrorKind.State,
        $"The sandbox did not start: {reason.TrimEnd('.')}.",
        "The file sandbox.log in its data folder may tell more.",
        inner);

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended by itself.
        }
    }

    private static async Task<string> ReadSomeAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new char[1024];
        try
        {
            int read;
            while (text.Length < ErrorTextLimit && (read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
                text.Append(buffer, 0, read);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // What was read until then is enough for a message.
        }

        return text.ToString().Trim();
    }
}
