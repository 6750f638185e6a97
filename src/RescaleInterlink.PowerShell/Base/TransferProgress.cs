using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>The engine's numbers in words.</summary>
internal static class TransferProgress
{
    /// <param name="noun">What is counted, in the plural.</param>
    /// <param name="waitingBytes">Bytes of files the engine has not been given yet.</param>
    public static ProgressReport Report(string activity, string noun, ProgressSnapshot now, int known, int ended, long waitingBytes)
    {
        long total = now.BytesTotal + waitingBytes;
        string status = $"{ended} of {known} {noun}, {Amounts(now, total)}";
        double? percent = total > 0 ? 100.0 * now.BytesDone / total : null;
        return new ProgressReport(activity, status, percent, Items(now));
    }

    public static string Amounts(ProgressSnapshot now, long total)
        => $"{HumanSize.Format(now.BytesDone)} of {HumanSize.Format(total)}, {HumanSize.Format(now.BytesPerSecond)}/s";

    public static IReadOnlyList<ProgressItem> Items(ProgressSnapshot now) => [.. now.Active.Select(item => new ProgressItem(
        item.Id,
        Path.GetFileName(item.DisplayName),
        item.State == TransferState.Verifying ? "verifying" : $"{HumanSize.Format(item.BytesDone)} of {(item.BytesTotal is { } all ? HumanSize.Format(all) : "?")}",
        item.BytesTotal is > 0 ? 100.0 * item.BytesDone / item.BytesTotal : null))];
}
