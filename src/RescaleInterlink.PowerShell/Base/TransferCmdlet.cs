using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that moves files, several at once, while more of them still come down the pipeline.</summary>
public abstract class TransferCmdlet : RescaleCmdlet
{
    private SemaphoreSlim _slots = null!;
    private int _known;
    private int _ended;
    private long _waitingBytes;

    /// <summary>Most files in flight at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 5;

    /// <summary>Shared by all transfers of this command.</summary>
    protected TransferEngine Engine { get; private set; } = null!;

    private protected abstract string Activity { get; }

    /// <summary>What one transfer of this command is, in the plural.</summary>
    private protected virtual string Items => "files";

    protected override void Prepare()
    {
        base.Prepare();
        _slots = new SemaphoreSlim(ThrottleLimit);
        Engine = Session.CreateEngine(new TransferOptions(ThrottleLimit: ThrottleLimit));
        ShowProgress(Report);
    }

    /// <summary>Queues one transfer. Its failure is one error record with <paramref name="target"/>; the others go on.</summary>
    /// <param name="length">Bytes it will move, or null when that is not known yet.</param>
    protected void StartTransfer(object target, long? length, Func<CancellationToken, Task> transfer)
    {
        Interlocked.Increment(ref _known);
        Interlocked.Add(ref _waitingBytes, length ?? 0);
        StartBackground(async cancellationToken =>
        {
            await _slots.WaitAsync(cancellationToken);
            try
            {
                Interlocked.Add(ref _waitingBytes, -(length ?? 0));
                await transfer(cancellationToken);
            }
            catch (RescaleException e) when (!cancellationToken.IsCancellationRequested)
            {
                await WriteErrorAsync(e, target);
            }
            finally
            {
                Interlocked.Increment(ref _ended);
                _slots.Release();
            }
        });
    }

    /// <summary>Tells that an earlier run is continued.</summary>
    private protected Action<long, long> ContinuedNotice(string path)
        => (done, total) => PostVerbose($"'{path}' continues at {HumanSize.Format(done)} of {HumanSize.Format(total)}.");

    protected override Task EndProcessingAsync() => WhenBackgroundEndsAsync();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Engine?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _slots?.Dispose();
    }

    private ProgressReport? Report()
        => _known == 0 ? null : TransferProgress.Report(Activity, Items, Engine.GetProgress(), _known, _ended, Interlocked.Read(ref _waitingBytes));
}
