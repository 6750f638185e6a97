using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Hosting;
using RescaleInterlink.Sandbox.Runner;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>
/// Azurite, Microsoft's emulator of the blob service, as a child of the sandbox on a free loopback port. It ends with the sandbox however that
/// ends: its standard input is a pipe of the sandbox's, and a script that is loaded into it ends it in an orderly way when the pipe does.
/// </summary>
internal sealed partial class AzuriteProcess : IAsyncDisposable
{
    /// <summary>Its data are written to disk at its end, and every few seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(45);

    /// <summary>Characters of what it says before it ends without having begun.</summary>
    private const int LongestReason = 2000;

    /// <summary>Node runs it before Azurite. Closing is what Azurite does on this signal, which Windows does not have.</summary>
    private const string Watchdog =
        """
        // Ends Azurite in an orderly way when the sandbox that started it has ended.
        process.stdin.on('close', () => process.emit('SIGTERM')).on('error', () => process.emit('SIGTERM')).resume();
        """;

    private readonly Process _process;
    private readonly FileLog _log;
    private volatile bool _isEnding;

    private AzuriteProcess(Process process, FileLog log)
    {
        _process = process;
        _log = log;
    }

    /// <summary>Its address, without the account.</summary>
    public Uri Endpoint { get; private set; } = null!;

    public int Id => _process.Id;

    /// <param name="program">Path of <c>azurite-blob</c>; null for the one on the PATH.</param>
    /// <param name="folder">Its data; created when missing.</param>
    /// <exception cref="SandboxStartException">It is not there, or does not start.</exception>
    public static async Task<AzuriteProcess> StartAsync(string? program, AzureAccount account, string folder, FileLog log, CancellationToken cancellationToken)
    {
        string found = Find(program);
        PrivateFiles.CreateFolder(folder);
        string record = Path.Combine(folder, "process.json");
        await EndLeftOverAsync(record, cancellationToken);
        var azurite = new AzuriteProcess(Launch(found, account, folder), log);
        try
        {
            azurite.NoteIn(record);
            azurite.Endpoint = await azurite.WaitUntilItListensAsync(cancellationToken);
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isEnding = true;
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited)
        {
            _log.LogWarning("Azurite did not end by itself and is ended.");
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void NoteIn(string record)
    {
        RunProcess started;
        try
        {
            started = new RunProcess(Id, _process.StartTime.ToUniversalTime(), "");
        }
        catch (InvalidOperationException) when (_process.HasExited)
        {
            // Nobody will have to look for it, and what it said is told by who waits for it.
            return;
        }

        PrivateFiles.Write(record, JsonSerializer.SerializeToUtf8Bytes(started, HostingJson.Default.RunProcess));
    }

    private static string Find(string? program)
    {
        string name = OperatingSystem.IsWindows() ? "azurite-blob.cmd" : "azurite-blob";
        if (program is not null && !File.Exists(program))
            throw Missing($"there is no '{program}'");
        return program ?? Programs.Find(name) ?? throw Missing($"'{name}' is not on the PATH");

        static SandboxStartException Missing(string what) => new(
            SandboxStartException.AzuriteMissing,
            $"The sandbox needs Azurite to show itself as an Azure account, and {what}.");
    }

    private static Process Launch(string program, AzureAccount account, string folder)
    {
        string watchdog = Path.Combine(folder, "end-with-sandbox.cjs");
        PrivateFiles.Write(watchdog, Encoding.UTF8.GetBytes(Watchdog));
        var start = new ProcessStartInfo(program)
        {
            ArgumentList = { "--blobHost", "127.0.0.1", "--blobPort", "0", "--blobKeepAliveTimeout", "60", "--location", folder, "--disableProductStyleUrl", "--disableTelemetry", "--silent", "--skipApiVersionCheck" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = folder,
        };
        // In the environment, which only its user can read, and not in the list of processes.
        start.Environment["AZURITE_ACCOUNTS"] = $"{account.Name}:{account.Key}";
        start.Environment["NODE_OPTIONS"] = $"--require \"{watchdog.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        start.Environment.Remove("RESCALE_API_KEY");
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new SandboxStartException(SandboxStartException.AzuriteMissing, $"The sandbox needs Azurite to show itself as an Azure account, and '{program}' could not be started: {failure.Message}", failure);
        }
    }

    /// <summary>One that a killed sandbox left behind is about to end by itself, and needs its files until then.</summary>
    private static async Task EndLeftOverAsync(string record, CancellationToken cancellationToken)
    {
        RunProcess? left;
        try
        {
            left = File.Exists(record) ? JsonSerializer.Deserialize(await File.ReadAllBytesAsync(record, cancellationToken), HostingJson.Default.RunProcess) : null;
        }
        catch (JsonException)
        {
            // Half written when the sandbox was killed: then Azurite had not begun to listen.
            return;
        }

        if (left is null)
            return;
        for (long start = TimeProvider.System.GetTimestamp(); LeftOverProcesses.IsSame(left); await Task.Delay(20, cancellationToken))
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
                LeftOverProcesses.KillTree(left.Id);
        }
    }

    private async Task<Uri> WaitUntilItListensAsync(CancellationToken cancellationToken)
    {
        var errors = new StringBuilder();
        var drained = DrainAsync(_process.StandardError, line =>
        {
            if (errors.Length < LongestReason)
                errors.AppendLine(line);
        });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StartTime);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (Listens().Match(line) is not { Success: true } match)
                    continue;
                // Its pipes must not fill up, and its end must not pass unseen.
                _ = WatchAsync(DrainAsync(_process.StandardOutput, _ => { }), drained);
                return new Uri(match.Groups[1].Value);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed($"it did not listen within {StartTime.TotalSeconds:0} s");
        }

        await drained;
        throw Failed(errors.ToString().Trim());

        static SandboxStartException Failed(string why) => new(SandboxStartException.StartFailed, $"Azurite did not start: {why}");
    }

    private async Task WatchAsync(params Task[] drained)
    {
        await Task.WhenAll(drained);
        if (!_isEnding)
            _log.LogError("Azurite has ended; the Azure account answers no more until the sandbox is started again.");
    }

    private static async Task DrainAsync(StreamReader from, Action<string> take)
    {
        while (await from.ReadLineAsync() is { } line)
            take(line);
    }

    [GeneratedRegex(@"listens on (http://127\.0\.0\.1:\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Listens();
}
