using System.Diagnostics;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>The process of a run, in a session of its own. It waits at a gate until the sandbox has written down that it exists.</summary>
internal abstract class CommandProcess : IDisposable
{
    /// <summary>Names the run in the environment of all it starts, so that even what left its session is found.</summary>
    public const string MarkerName = "RESCALE_SANDBOX_RUN";

    /// <summary>How long what is asked to end may take before it is made to.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;

    protected CommandProcess(Process process, string marker)
    {
        _process = process;
        Identity = new RunProcess(process.Id, process.StartTime.ToUniversalTime(), marker);
    }

    public RunProcess Identity { get; }

    /// <summary>Starts it, up to the gate.</summary>
    public static CommandProcess Start(JobRecord job, WorkFolder folder, RunSettings settings)
        => OperatingSystem.IsWindows() ? WindowsCommandProcess.Launch(job, folder) : UnixCommandProcess.Launch(job, folder, settings);

    /// <summary>Opens the gate: the command begins.</summary>
    public abstract void Release();

    /// <returns>The exit code.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Ends the run with everything it started: asks first, then makes it.</summary>
    public async Task EndAsync(TimeProvider time)
    {
        Ask();
        using var patience = new CancellationTokenSource(Grace, time);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Force();
        await _process.WaitForExitAsync(CancellationToken.None);
        Force();
    }

    /// <summary>Ends what the command left behind in the background.</summary>
    public void EndRest() => Force();

    public virtual void Dispose() => _process.Dispose();

    protected Process Process => _process;

    protected abstract void Ask();

    protected abstract void Force();

    protected static void SetEnvironment(ProcessStartInfo start, JobRecord job, WorkFolder folder, string marker)
    {
        var environment = start.Environment;
        // The user's real key is none of a job's business.
        environment.Remove("RESCALE_API_KEY");
        environment["RESCALE_JOB_ID"] = job.Id;
        environment["RESCALE_JOB_NAME"] = job.Name;
        environment["RESCALE_CORES_PER_SLOT"] = job.Specification.CoresPerSlot.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var (name, value) in job.Specification.EnvironmentVariables)
            environment[name] = value;
        environment[MarkerName] = marker;
        start.WorkingDirectory = folder.Work;
        start.UseShellExecute = false;
    }
}
