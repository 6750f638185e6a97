using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>The engine's numbers in words.</summary>
internal static class TransferProgress
{
    /// <param name="noun">What is counted, in the plural.</param>
    public static ProgressReport Report(string activity, string noun, ProgressSnapshot now, int known, int ended)
    {
        string status = $"{ended} of {known} {noun}, {Amounts(now, now.BytesTotal)}";
        double? percent = now.BytesTotal > 0 ? 100.0 * now.BytesDone / now.BytesTotal : null;
        return new ProgressReport(activity, status, percent, Items(now));
    }

    /// <summary>What the transfers have used, and what held them up longest.</summary>
    public static string Summary(ProgressSnapshot end, EngineUsage usage)
    {
        string moved = $"Moved {HumanSize.Format(end.BytesDone)} of {end.FilesDone} file(s) with at most {usage.MostConnections} connection(s) "
            + $"and {HumanSize.Format(usage.PeakMemory)} of buffers.";
        return usage.Waits.Count == 0 ? moved : $"{moved} What waited, waited mostly for {Words(usage.Waits.MaxBy(wait => wait.Value).Key)}.";
    }

    private static string Words(WaitReason reason) => reason switch
    {
        WaitReason.Memory => "memory (-MemoryLimit)",
        WaitReason.Connection => "a connection (-MaxConnections)",
        WaitReason.Disk => "the disk",
        WaitReason.Hash => "the hash",
        WaitReason.RateLimit => "the bandwidth limit (-MaxBytesPerSecond)",
        WaitReason.Retry => "repeating failed requests",
        WaitReason.SameContent => "the same content, on its way already",
        _ => "nothing",
    };

    public static string Amounts(ProgressSnapshot now, long total)
        => $"{HumanSize.Format(now.BytesDone)} of {HumanSize.Format(total)}, {HumanSize.Format(now.BytesPerSecond)}/s";

    public static IReadOnlyList<ProgressItem> Items(ProgressSnapshot now) => [.. now.Active.Select(item => new ProgressItem(
        item.Id,
        Path.GetFileName(item.DisplayName),
        StatusOf(item),
        item.BytesTotal is > 0 ? 100.0 * item.BytesDone / item.BytesTotal : null))];

    private static string StatusOf(TransferSnapshot item)
    {
        if (item.State == TransferState.Verifying)
            return "verifying";
        string amount = $"{HumanSize.Format(item.BytesDone)} of {(item.BytesTotal is { } all ? HumanSize.Format(all) : "?")}";
        // Memory and connections are waited for all the time when many files share them; that is no news.
        return item.WaitingFor is WaitReason.Retry or WaitReason.RateLimit or WaitReason.Disk ? $"{amount}, waiting for {Words(item.WaitingFor)}" : amount;
    }
}
