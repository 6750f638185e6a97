using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Runner;

/// <summary>What all runs of a sandbox share.</summary>
/// <param name="Objects">Where inputs come from and outputs go to.</param>
/// <param name="OutputStorage">Which of them takes the outputs.</param>
/// <param name="Folder">Holds one folder for each run under way.</param>
/// <param name="Container">Bucket or blob container of the outputs.</param>
/// <param name="PathBase">Beginning of the outputs' object keys.</param>
/// <param name="MaxRunningJobs">Jobs that run at once.</param>
/// <param name="WalltimeHour">How long an hour of walltime lasts.</param>
/// <param name="Automations">The command of an automation; null for an unknown one.</param>
internal sealed record RunSettings(
    ObjectStorages Objects, StorageKind OutputStorage, string Folder, string Container, string PathBase, int MaxRunningJobs, TimeSpan WalltimeHour, Func<string, RunAutomation?> Automations);
