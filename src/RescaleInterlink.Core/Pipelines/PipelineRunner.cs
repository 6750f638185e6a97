using System.Runtime.CompilerServices;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Library;
using RescaleInterlink.Pipelines.Measuring;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Pipelines;

/// <summary>Runs many jobs through archive, upload, create, submit, wait and download as concurrent stages.
/// One run at a time; make another runner for another run.</summary>
public sealed class PipelineRunner
{
    private static readonly ProgressSnapshot NoTransfers = new(0, 0, 0, 0, 0, 0, []);
    private readonly JobService _jobs;
    private readonly TimeProvider _time;
    private int _isRunning;
    private PipelineRun? _run;
    private PipelineProgress _lastProgress = new(0, Enum.GetValues<PipelineStage>().ToDictionary(stage => stage, _ => 0), 0, 0, NoTransfers);

    internal PipelineRunner(JobService jobs, TimeProvider time)
    {
        _jobs = jobs;
        _time = time;
    }

    /// <summary>Yields each job as it ends; one job's failure does not stop the others. Ending the enumeration early, or the
    /// token, stops what this process does; jobs that were submitted go on, and the journal tells how far each row has come.</summary>
    /// <exception cref="RescaleException">PipelineStateInvalid: the state file tells of another run or cannot be written. TransferOptionInvalid,
    /// DestinationExists, DestinationUnwritable: the run log, the table of failures or the outputs cannot lie where they are to.</exception>
    /// <exception cref="InvalidOperationException">A run of this runner is going on.</exception>
    public async IAsyncEnumerable<PipelineJobResult> RunAsync(
        IReadOnlyList<JobRow> rows, PipelineOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
            throw new InvalidOperationException("A run of this runner is going on.");
        try
        {
            RunFiles.RequireStatePlace(options.StatePath, options.ExistingState);
            RequireFailurePlace(options);
            if (options.Destination is { } destination)
                OutputFolders.RequireWritable(destination);
            using var log = OpenLog(options);
            var run = Begin(rows, options, log, cancellationToken);
            Volatile.Write(ref _run, run);
            try
            {
                run.Start();
                await foreach (var result in run.Results.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                    yield return result;
            }
            finally
            {
                await run.DisposeAsync().ConfigureAwait(false);
                _lastProgress = run.GetProgress();
                Summary = run.Summary;
                Volatile.Write(ref _run, null);
            }
        }
        finally
        {
            Volatile.Write(ref _isRunning, 0);
        }
    }

    /// <summary>What <see cref="RunAsync"/> would take up now, or why it would be refused.</summary>
    /// <param name="logs">A refusal is written into the run log; nothing else is written.</param>
    /// <exception cref="RescaleException">What <see cref="RunAsync"/> reports before anything is sent, but for places that cannot be written.</exception>
    public PipelineOutlook Look(IReadOnlyList<JobRow> rows, PipelineOptions options, bool logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        RunFiles.RequireStatePlace(options.StatePath, options.ExistingState);
        RequireFailurePlace(options);
        RequireLogPlace(options);
        options.Transfer.Validate();
        try
        {
            return PipelineOutlook.Look(rows, options);
        }
        catch (RescaleException exception) when (logs)
        {
            LogRefusal(options, exception);
            throw;
        }
    }

    private void LogRefusal(PipelineOptions options, RescaleException refusal)
    {
        try
        {
            using var log = OpenLog(options);
            log?.Write(PipelineLogLine.Of("runRefused", refusal));
        }
        catch (RescaleException unwritable)
        {
            // That the run that goes on has the log, too, is not what the user has to know first.
            options.OnNotice?.Invoke(unwritable.Message);
        }
    }

    /// <summary>Whether a table of failures may be written there: nothing, or another such table, is there.</summary>
    public static bool MayHoldFailures(string path) => FailureTable.IsFree(path);

    private static void RequireFailurePlace(PipelineOptions options)
    {
        if (options.FailurePath is not { } path)
            return;
        RunFiles.RequireOwnPlace(path, options.StatePath, "table of failed rows");
        FailureTable.RequireFree(path);
    }

    private static void RequireLogPlace(PipelineOptions options)
    {
        if (options.LogPath is not { } path)
            return;
        RunFiles.RequireOwnPlace(path, options.StatePath, "run log");
        PipelineLog.RequireFree(path);
    }

    private PipelineLog? OpenLog(PipelineOptions options)
    {
        if (options.LogPath is not { } path)
            return null;
        RequireLogPlace(options);
        return PipelineLog.Open(path, _time, options.OnNotice);
    }

    /// <summary>Whoever reads the log in the morning learns from it why nothing was done.</summary>
    private PipelineRun Begin(IReadOnlyList<JobRow> rows, PipelineOptions options, PipelineLog? log, CancellationToken cancellationToken)
    {
        try
        {
            return new PipelineRun(_jobs, _time, rows, options with { OnNotice = Noting(options.OnNotice, log) }, log, cancellationToken);
        }
        catch (RescaleException exception)
        {
            log?.Write(PipelineLogLine.Of("runRefused", exception));
            throw;
        }
    }

    private static Action<string>? Noting(Action<string>? told, PipelineLog? log) => log is null ? told : message =>
    {
        log.Write(new PipelineLogLine("notice") { Message = message });
        told?.Invoke(message);
    };

    /// <summary>Of the last run that has ended or was stopped; null when none has.</summary>
    public PipelineSummary? Summary { get; private set; }

    /// <summary>Numbers of the run that goes on, else of the last one.</summary>
    public PipelineProgress GetProgress() => Volatile.Read(ref _run)?.GetProgress() ?? _lastProgress;
}
