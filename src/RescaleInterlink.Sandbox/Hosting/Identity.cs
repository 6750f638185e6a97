using RescaleInterlink.Sandbox.Azure;
using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>What the data folder remembers of its sandbox, so that clients and saved URLs stay valid over a restart.</summary>
/// <param name="Https">A folder that once spoke https goes on with it: its saved URLs begin with it.</param>
/// <param name="StorageType">Where the user's files go.</param>
/// <param name="OutputStorage">Where jobs' outputs go; null for where the files go.</param>
/// <param name="Azure">Null in a folder that never was an Azure account.</param>
internal sealed record Identity(int Port, int S3Port, string ApiKey, bool Https = false,
    StorageKind StorageType = StorageKind.S3, StorageKind? OutputStorage = null, int AzurePort = 0, AzureAccount? Azure = null)
{
    public override string ToString() => $"Ports {Port}, {S3Port} and {AzurePort}";
}
