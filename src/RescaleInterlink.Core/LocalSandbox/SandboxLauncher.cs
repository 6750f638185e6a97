using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.LocalSandbox;

/// <summary>Starts, finds and stops the embedded sandbox: a separate process, spoken to over its own wire only.</summary>
public static class SandboxLauncher
{
    /// <summary>What the program says when another one holds the lock of the folder.</summary>
    private const string FolderInUse = "SandboxFolderInUse";

    /// <summary>What the program says when its Azure account cannot be served.</summary>
    private const string AzuriteMissing = "SandboxAzuriteMissing";

    /// <summary>Starts a sandbox, or returns the one that already runs on that folder. Settings and key go by stdin.</summary>
    /// <param name="programPath">RescaleInterlink.Sandbox.dll.</param>
    /// <exception cref="RescaleException">SandboxRuntimeMissing and SandboxAzuriteMissing (with the install line), SandboxStartFailed.</exception>
    public static Task<SandboxInstance> StartAsync(string programPath, SandboxOptions options, CancellationToken cancellationToken)
        => StartAsync(programPath, options, DotnetHost.OfThisMachine, cancellationToken);

    internal static async Task<SandboxInstance> StartAsync(string programPath, SandboxOptions options, DotnetHost host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var stateHome = StateHome(options.StateHome);
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Path ?? Path.Combine(stateHome, "sandbox")));
        if (RunningOn(folder, stateHome) is { } running)
            return RequireAsAsked(running, options);
        if (!File.Exists(programPath))
            throw new RescaleException(ErrorIds.SandboxStartFailed, ErrorKind.MissingDependency, $"The sandbox program is missing: {programPath}.", "Install the module again, or build it.");
        var dotnet = await host.FindAsync(cancellationToken).ConfigureAwait(false);
        Prepare(stateHome, folder);
        var answer = await SandboxProcess.StartAsync(dotnet, Path.GetFullPath(programPath), Request(options, stateHome, folder), cancellationToken).ConfigureAwait(false);
        if (answer.ErrorId == FolderInUse && await WaitForOtherAsync(folder, stateHome, cancellationToken).ConfigureAwait(false) is { } other)
            return other;
        if (answer is { ErrorId: AzuriteMissing, Error: { } missing })
            throw new RescaleException(ErrorIds.SandboxAzuriteMissing, ErrorKind.MissingDependency, Redaction.Redact(missing), "Install it with: npm install -g azurite");
        if (answer.Error is { } error)
            throw SandboxProcess.Failed(Redaction.Redact(error));
        // The state file knows the start time as well; without it the instance is as good, only a recycled process
        // number could not be told.
        return RunningOn(folder, stateHome) ?? SandboxRegistry.ToInstance(answer, null) ?? throw SandboxProcess.Failed("its answer lacks something");
    }

    /// <summary>Sandboxes of this user that are alive, read from the state folder.</summary>
    /// <param name="stateHome">Null for <see cref="StateFolder.Path"/>.</param>
    public static IReadOnlyList<SandboxInstance> Find(string? stateHome = null) => SandboxRegistry.Find(StateHome(stateHome));

    /// <summary>Asks it to stop and waits for its end; ends it by force when it does not within the time.</summary>
    /// <exception cref="RescaleException">SandboxNotRunning, SandboxStopFailed.</exception>
    public static Task StopAsync(SandboxInstance instance, CancellationToken cancellationToken) => SandboxStopper.StopAsync(instance, cancellationToken);

    private static string StateHome(string? chosen) => chosen is null ? StateFolder.Path : Path.GetFullPath(chosen);

    private static SandboxInstance? RunningOn(string folder, string stateHome)
    {
        var comparison = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return SandboxRegistry.Find(stateHome).FirstOrDefault(found => Path.TrimEndingDirectorySeparator(found.Path).Equals(folder, comparison));
    }

    /// <summary>A sandbox that runs otherwise than it was asked for is not what the caller wants to have.</summary>
    private static SandboxInstance RequireAsAsked(SandboxInstance running, SandboxOptions options)
    {
        var asked = options.Https && running.ApiUrl.Scheme != Uri.UriSchemeHttps ? "https"
            : options.Port is { } port and not 0 && running.ApiUrl.Port != port ? $"port {port}"
            : options.StorageType is { } storage && running.StorageType != storage ? $"the storage type {storage}"
            : null;
        return asked is null ? running : throw new RescaleException(
            ErrorIds.SandboxStartFailed, ErrorKind.State,
            $"A sandbox already runs on '{running.Path}' at {running.ApiUrl}, and not with {asked}.",
            "Stop it first, or choose another folder.");
    }

    /// <summary>Two may have started it at the same time; the one that won says where it runs in a moment.</summary>
    private static async Task<SandboxInstance?> WaitForOtherAsync(string folder, string stateHome, CancellationToken cancellationToken)
    {
        for (var start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < SandboxProcess.StartTime;)
        {
            if (RunningOn(folder, stateHome) is { } running)
                return running;
            await Task.Delay(50, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private static void Prepare(string stateHome, string folder)
    {
        try
        {
            StateFolder.Create(stateHome);
            StateFolder.Create(SandboxRegistry.FolderOf(stateHome));
            StateFolder.Create(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RescaleException(ErrorIds.SandboxStartFailed, ErrorKind.LocalFile, $"The sandbox did not start: its folder cannot be made. {e.Message}", "Choose another folder with -Path.", e);
        }
    }

    private static StartRequest Request(SandboxOptions options, string stateHome, string folder) => new()
    {
        Path = folder,
        StateHome = stateHome,
        Port = options.Port,
        S3Port = options.S3Port,
        StorageType = options.StorageType?.ToString(),
        OutputStorage = options.OutputStorage?.ToString(),
        AzuritePath = options.AzuritePath is { } azurite ? Path.GetFullPath(azurite) : null,
        Https = options.Https,
        MaxRunningJobs = options.MaxRunningJobs,
        RateLimitScale = options.RateLimitScale,
        PagedAutomations = options.PagedAutomations,
        AllowFaults = options.AllowFaults,
    };
}
