namespace RescaleInterlink.Sandbox.Runner;

/// <summary>What the processes of a run used at one moment.</summary>
/// <param name="CpuSeconds">Since the run began, all cores together.</param>
/// <param name="CpuPercent">Of one core, since the measurement before; 0 for the first.</param>
/// <param name="MemoryBytes">Resident.</param>
/// <param name="Processes">How many there were.</param>
internal sealed record LoadMeasurement(DateTimeOffset Date, double CpuSeconds, double CpuPercent, long MemoryBytes, int Processes);
