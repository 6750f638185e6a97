using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Shows the latest numbers: one parent bar and at most four items beneath it. It asks for them when it is its
/// turn; nobody ever waits for it, and every bar it opened it also closes.</summary>
internal sealed class ProgressView(Cmdlet cmdlet, Func<ProgressReport?> source)
{
    private const int MostItems = 4;
    private const int ParentId = 1;

    // Key of the item each of the four lines shows.
    private readonly int?[] _lines = new int?[MostItems];
    private string? _activity;

    /// <summary>False under <c>$ProgressPreference = 'SilentlyContinue'</c> or <c>-ProgressAction SilentlyContinue</c>.</summary>
    public static bool IsWanted(PSCmdlet cmdlet)
    {
        object? preference = cmdlet.MyInvocation.BoundParameters.TryGetValue("ProgressAction", out object? bound)
            ? bound
            : cmdlet.GetVariableValue("ProgressPreference");
        return preference?.ToString() is not ("SilentlyContinue" or "Ignore");
    }

    public void Update()
    {
        if (source() is not { } report)
            return;

        _activity = report.Activity;
        cmdlet.WriteProgress(new ProgressRecord(ParentId, report.Activity, NotEmpty(report.Status)) { PercentComplete = Clamp(report.Percent) });

        ProgressItem[] shown = [.. report.Items.Take(MostItems)];
        for (int line = 0; line < MostItems; line++)
        {
            if (_lines[line] is { } key && !shown.Any(item => item.Key == key))
                CloseLine(line);
        }

        foreach (ProgressItem item in shown)
        {
            int line = Array.IndexOf(_lines, item.Key);
            if (line < 0)
                line = Array.IndexOf(_lines, null);
            _lines[line] = item.Key;
            cmdlet.WriteProgress(new ProgressRecord(ParentId + 1 + line, NotEmpty(item.Name), NotEmpty(item.Status))
            {
                ParentActivityId = ParentId,
                PercentComplete = Clamp(item.Percent),
            });
        }
    }

    /// <summary>Closes every bar that was opened.</summary>
    public void Complete()
    {
        for (int line = 0; line < MostItems; line++)
            CloseLine(line);
        if (_activity is null)
            return;
        cmdlet.WriteProgress(new ProgressRecord(ParentId, _activity, " ") { RecordType = ProgressRecordType.Completed });
        _activity = null;
    }

    private void CloseLine(int line)
    {
        if (_lines[line] is null)
            return;
        _lines[line] = null;
        cmdlet.WriteProgress(new ProgressRecord(ParentId + 1 + line, " ", " ")
        {
            ParentActivityId = ParentId,
            RecordType = ProgressRecordType.Completed,
        });
    }

    // The shell refuses empty text and percentages outside -1 (unknown) to 100.
    private static string NotEmpty(string text) => text.Length == 0 ? " " : ShownText.OneLine(Redaction.RedactMarked(text));

    private static int Clamp(double? percent) => percent is { } value && !double.IsNaN(value) ? (int)Math.Clamp(value, 0, 100) : -1;
}
