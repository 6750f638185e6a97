namespace RescaleInterlink.Sandbox.Data;

/// <summary>Written before the command begins, so that a sandbox that was killed finds what it left behind.</summary>
/// <param name="Id">Process id; on Unix also the id of its group.</param>
/// <param name="StartTime">Tells a recycled process id.</param>
/// <param name="Marker">Value of <c>RESCALE_SANDBOX_RUN</c> in the environment of everything the run starts.</param>
public sealed record RunProcess(int Id, DateTimeOffset StartTime, string Marker);
