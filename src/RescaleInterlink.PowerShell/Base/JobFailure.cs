using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A job that ended in any other way than well, as an error.</summary>
internal static class JobFailure
{
    /// <param name="folder">Where its outputs have been received; null when they have not.</param>
    public static RescaleException Of(JobEnding ending, string? folder = null)
    {
        string reason = string.IsNullOrEmpty(ending.Reason) ? string.Empty : $": {ending.Reason}";
        return new RescaleException(
            ErrorIds.JobFailed, ErrorKind.JobFailed, $"Job {ending.JobId} ended as {ending.Status}{reason}.",
            folder is null ? $"See its output: Receive-RescaleJob -JobId {ending.JobId} -Destination <folder>, then process_output.log." : $"See its output in '{folder}'.");
    }
}
