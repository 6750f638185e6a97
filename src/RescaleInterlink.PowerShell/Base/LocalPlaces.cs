using RescaleInterlink.Library;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Where one command puts what it receives, by what it does with a file that is there already. Thread-safe.</summary>
/// <param name="resumes">Whether what an earlier run has begun is continued.</param>
internal sealed class LocalPlaces(ReceiveConflict conflict, bool resumes)
{
    // As far as a file is looked for that was begun under another name.
    private const int MostNumbers = 10_000;

    private readonly DestinationClaims _claims = new();
    // Local path to file id: where an earlier run of the same command has begun.
    private readonly Lazy<Dictionary<string, string?>> _begun = new(() => resumes ? Begun() : []);
    private Task _before = Task.CompletedTask;

    /// <summary>The turn of the next file: with Rename the names go by the order in which the files were given, so that the same command
    /// gives them again. Not thread-safe.</summary>
    public Turn NextTurn()
    {
        if (conflict != ReceiveConflict.Rename)
            return new Turn(Task.CompletedTask);
        var turn = new Turn(_before);
        _before = turn.Ended;
        return turn;
    }

    /// <returns>The path to write to; null to leave the file alone that is there.</returns>
    /// <exception cref="Errors.RescaleException">DestinationExists: another file of the command has the place; TransferStateUnreadable.</exception>
    public string? Take(string path, string fileId)
    {
        if (conflict == ReceiveConflict.Rename)
            return TakeFree(path, fileId);
        _claims.Claim(path);
        // With Error the engine tells, as it knows its own finished file from another.
        return conflict == ReceiveConflict.Skip && File.Exists(path) ? null : path;
    }

    /// <summary>Where the file was begun, if that is one of the names; else the first that is free and not another file's.</summary>
    private string TakeFree(string path, string fileId)
    {
        if (Mine(path, fileId) is { } mine && IsFree(mine) && _claims.TryClaim(mine))
            return mine;
        for (int number = 1; ; number++)
        {
            string free = Candidate(path, number);
            if (!_begun.Value.ContainsKey(free) && IsFree(free) && _claims.TryClaim(free))
                return free;
        }
    }

    private string? Mine(string path, string fileId)
    {
        HashSet<string> mine = [.. _begun.Value.Where(begun => begun.Value == fileId).Select(begun => begun.Key)];
        return mine.Count == 0 ? null : Enumerable.Range(1, MostNumbers).Select(number => Candidate(path, number)).FirstOrDefault(mine.Contains);
    }

    private static string Candidate(string path, int number) => number == 1 ? path : LocalNames.Beside(path, number);

    private static bool IsFree(string path) => !File.Exists(path) && !Directory.Exists(path);

    private static Dictionary<string, string?> Begun()
    {
        var begun = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (UnfinishedTransfer transfer in LocalTransfers.List())
        {
            if (transfer is { Direction: TransferDirection.Download, LocalPath: { } path, Problem: null })
                begun.TryAdd(path, transfer.FileId);
        }

        return begun;
    }
}

/// <summary>One place in a row. It ends with its disposal, and the next begins when it and all before it have ended.</summary>
internal sealed class Turn(Task before) : IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ended => Task.WhenAll(before, _ended.Task);

    public Task WaitAsync(CancellationToken cancellationToken) => before.WaitAsync(cancellationToken);

    public void Dispose() => _ended.TrySetResult();
}
