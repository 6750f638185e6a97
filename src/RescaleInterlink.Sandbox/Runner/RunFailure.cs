namespace RescaleInterlink.Sandbox.Runner;

/// <summary>A run cannot go on for a reason that its owner should read: it becomes the job's status reason.</summary>
internal sealed class RunFailure(string reason, Exception? innerException = null) : Exception(reason, innerException);
