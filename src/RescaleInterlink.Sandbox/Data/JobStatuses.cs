namespace RescaleInterlink.Sandbox.Data;

/// <summary>The statuses a job passes through, as the platform writes them.</summary>
public static class JobStatuses
{
    /// <summary>Created and not submitted.</summary>
    public const string Pending = "Pending";
    public const string Queued = "Queued";

    /// <summary>It has a place; its inputs are being looked up.</summary>
    public const string Validated = "Validated";

    /// <summary>Its inputs are being brought to the work folder.</summary>
    public const string Started = "Started";
    public const string Executing = "Executing";
    public const string Completed = "Completed";
    public const string Stopped = "Stopped";

    public static bool IsFinal(string status) => status is Completed or Stopped;
}
