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
        if (transfer.Direction == TransferDirection.Upload && transfer.LocalPath is { } source && !File.Exists(source) && !Directory.Exists(source))
            return $"its source '{source}' is gone";
        return transfer.PartialFile is { } partial && !File.Exists(partial) ? $"its partial file '{partial}' is gone" : null;
    }
}
