using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Library;

/// <summary>Which unfinished transfers nobody is likely to continue.</summary>
public static class StaleTransfers
{
    /// <summary>How long a transfer may lie untouched; uncommitted blocks of Azure last as long, too (interop storage 6).</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(7);

    /// <returns>Why it is stale, in words that follow the transfer's name; null when it is not.</returns>
    public static string? Reason(UnfinishedTransfer transfer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(transfer);
        if (transfer.State == UnfinishedState.InUse)
            return null;
        if (transfer.Problem is { } problem)
            return problem;
        if (transfer.Updated is { } updated && now - updated > Age || transfer.Updated is null && transfer.Begun is { } begun && now - begun > Age)
            return $"nothing was heard of it for more than {Age.Days} days";
        if (transfer.Direction == TransferDirection.Upload && transfer.LocalPath is { } source && IsGone(source))
            return $"its source '{source}' is gone";
        return transfer.PartialFile is { } partial && IsGone(partial) ? $"its partial file '{partial}' is gone" : null;
    }

    /// <summary>Not when its folder is missing, too: the disk may only not be there at the moment.</summary>
    private static bool IsGone(string path) => !Path.Exists(path) && Directory.Exists(Path.GetDirectoryName(path));
}
