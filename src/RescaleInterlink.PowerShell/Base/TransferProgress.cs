using RescaleInterlink.Transfers;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>The engine's numbers in words.</summary>
internal static class TransferProgress
{
    /// <param name="waitingBytes">Bytes of files the engine has not been given yet.</param>
    public static ProgressReport Report(string activity, ProgressSnapshot now, int files, int filesEnded, long waitingBytes)
    {
        long total = now.BytesTotal + waitingBytes;
        string status = $"{filesEnded} of {files} files, {Amounts(now, total)}";
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
