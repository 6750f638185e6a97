using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A job that ended in any other way than well, as an error.</summary>
internal static class JobFailure
{
    public static RescaleException Of(JobEnding ending)
    {
        string reason = string.IsNullOrEmpty(ending.Reason) ? string.Empty : $": {ending.Reason}";
        return new RescaleException(
            ErrorIds.JobFailed, ErrorKind.JobFailed, $"Job {ending.JobId} ended as {ending.Status}{reason}.",
            $"See its output: Receive-RescaleJob -JobId {ending.JobId} -Destination <folder>, then process_output.log.");
    }
}
