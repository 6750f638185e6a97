using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Folders;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that moves whole folders: reads a plan while it is being made, and starts the transfer of each file it names.</summary>
public abstract class FolderCmdlet : TransferCmdlet
{
    /// <summary>Files that wait for their turn. Enough to begin with the large ones; a plan of 100,000 stays a stream.</summary>
    private const int MostWaiting = 256;

    private int _done;
    private int _failed;
    private int _notReached;
    private int _plannedFiles;
    private int _plannedFolders;
    private int _plannedComparisons;
    private long _plannedBytes;
    private long _comparedBytes;
    private bool _rehearsal;

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Include { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Exclude { get; set; }

    [Parameter]
    public FolderConflict Conflict { get; set; }

    [Parameter]
    public SwitchParameter NoResume { get; set; }

    /// <summary>Files and folders that a rehearsal would make on the other end.</summary>
    private protected int PlannedItems => _plannedFiles + _plannedFolders;

    private protected override int MostStarted => MostWaiting;

    protected override void Prepare()
    {
        base.Prepare();
        _rehearsal = IsRehearsal;
    }

    /// <summary>In words that fit "42 files could not be ...".</summary>
    private protected abstract string Participle { get; }

    /// <summary>Goes through a plan to its end. Its failure is one error record with <paramref name="target"/>.</summary>
    /// <param name="onFile">Called for each file.</param>
    private protected async Task RunAsync(object target, IAsyncEnumerable<FolderStep> plan, Func<FolderStep, Task> onFile)
    {
        try
        {
            await foreach (FolderStep step in plan)
                await TakeAsync(step, onFile);
        }
        catch (RescaleException e) when (!StopToken.IsCancellationRequested)
        {
            await FailAsync(e, target);
        }
    }

    private protected Task FailAsync(RescaleException error, object target)
    {
        Interlocked.Increment(ref _failed);
        return WriteErrorAsync(error, target);
    }

    /// <summary>Asks right before a folder is made.</summary>
    private protected async Task<ChangePermission> PermitFolderAsync(string folder, string action)
    {
        ChangePermission permission = await PermitAsync(folder, action);
        if (permission == ChangePermission.PlanOnly)
            Interlocked.Increment(ref _plannedFolders);
        return permission;
    }

    /// <summary>Asks, and queues the transfer of one file; waits while many are queued.</summary>
    private protected async Task QueueAsync(object target, string relativePath, long? length, PlannedAction action, Func<PlannedAction, string> words, Func<CancellationToken, Task> transfer)
    {
        ChangePermission permission = await PermitAsync(length is null ? relativePath : $"{relativePath} ({HumanSize.Format(length.Value)})", words(action));
        if (permission == ChangePermission.PlanOnly)
            Count(action, length ?? 0);

        if (permission != ChangePermission.Granted)
            return;
        await StartTransferAsync(target, async cancellationToken =>
        {
            try
            {
                await transfer(cancellationToken);
                Interlocked.Increment(ref _done);
            }
            catch (RescaleException) when (!cancellationToken.IsCancellationRequested)
            {
                Interlocked.Increment(ref _failed);
                throw;
            }
        });
    }

    protected override async Task EndProcessingAsync()
    {
        await base.EndProcessingAsync();
        if (_plannedFiles + _plannedFolders + _plannedComparisons > 0)
        {
            string compared = _plannedComparisons > 0 ? $", and {_plannedComparisons} files ({HumanSize.Format(_comparedBytes)}) to compare" : "";
            await PermitAsync($"{_plannedFiles} files ({HumanSize.Format(_plannedBytes)}) and {_plannedFolders} new folders{compared}", "All in all");
        }

        // A rehearsal has sent nothing, and a command whose only item failed has said so in its error.
        if (!_rehearsal && _failed + _notReached > 0 && _failed + _notReached + _done > 1)
        {
            string lost = _notReached > 0 ? $", and {_notReached} files in folders that failed were not reached" : "";
            PostWarning($"{_failed} item(s) could not be {Participle}{lost}; {_done} file(s) are there. Run the same command again to go on.");
        }
    }

    /// <summary>What is left alone or refused does not move; what is compared may.</summary>
    private void Count(PlannedAction action, long length)
    {
        switch (action)
        {
            case PlannedAction.Skip or PlannedAction.Refuse:
                break;
            case PlannedAction.Compare:
                _plannedComparisons++;
                _comparedBytes += length;
                break;
            default:
                _plannedFiles++;
                _plannedBytes += length;
                break;
        }
    }

    private async Task TakeAsync(FolderStep step, Func<FolderStep, Task> onFile)
    {
        switch (step)
        {
            case FolderStep.Failed failed:
                await FailAsync(failed.Error, failed.Target);
                break;
            case FolderStep.NotReached:
                _notReached++;
                break;
            case FolderStep.LeftOut { IsWarning: true } left:
                PostWarning(left.Text);
                break;
            case FolderStep.LeftOut left:
                PostVerbose(left.Text);
                break;
            case FolderStep.FolderReady { Place: not null } folder:
                PostVerbose($"Folder '{folder.RelativePath}' is {folder.Place}{(folder.IsNew ? ", which is new" : "")}.");
                break;
            case FolderStep.FolderReady:
                break;
            default:
                await onFile(step);
                break;
        }
    }

    private Task<ChangePermission> PermitAsync(string target, string action) => InvokeAsync(() =>
    {
        string question = $"Performing the operation \"{action}\" on target \"{target}\".";
        return ShouldProcess(question, question, "Confirm", out ShouldProcessReason reason) ? ChangePermission.Granted
            : reason == ShouldProcessReason.WhatIf ? ChangePermission.PlanOnly
            : ChangePermission.Declined;
    });
}
