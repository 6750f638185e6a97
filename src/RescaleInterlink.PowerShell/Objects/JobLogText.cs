using System.Globalization;
using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Following;
using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>
/// Lines of a job's log: text, as Get-Content gives it, so that Select-String, Set-Content and -match work, with note properties that tell more:
/// <c>Kind</c> (<c>Line</c> or <c>Status</c>), <c>JobId</c>; of a line <c>Name</c> (the file) and <c>LineNumber</c>; of a change of the status
/// <c>Status</c>, <c>StatusDate</c> and <c>StatusReason</c>. They have no type name of their own, with which the shell would list them as objects.
/// </summary>
internal static class JobLogText
{
    public static PSObject Of(string jobId, JobLogEntry.Line line)
        => Make(line.Text, "Line", jobId, ("Name", line.Name), ("LineNumber", line.Number));

    public static PSObject Of(string jobId, JobStatusEntry status)
    {
        string reason = string.IsNullOrEmpty(status.StatusReason) ? string.Empty : $": {status.StatusReason}";
        string date = status.StatusDate is { } known ? known.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "-";
        return Make(
            $"[{date}] {ShownText.OneLine(status.Status + reason)}", "Status", jobId,
            ("Status", status.Status), ("StatusDate", status.StatusDate), ("StatusReason", status.StatusReason));
    }

    private static PSObject Make(string text, string kind, string jobId, params (string Name, object? Value)[] more)
    {
        var shown = new PSObject(text);
        shown.Properties.Add(new PSNoteProperty("Kind", kind));
        shown.Properties.Add(new PSNoteProperty("JobId", jobId));
        foreach ((string name, object? value) in more)
            shown.Properties.Add(new PSNoteProperty(name, value));
        return shown;
    }
}
