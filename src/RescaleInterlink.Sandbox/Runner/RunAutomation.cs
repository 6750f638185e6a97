namespace RescaleInterlink.Sandbox.Runner;

/// <param name="Command">A line of the shell.</param>
/// <param name="Before">Runs before the job's command; otherwise after it.</param>
internal sealed record RunAutomation(string Command, bool Before);
