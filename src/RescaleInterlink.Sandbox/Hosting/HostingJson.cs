using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>What the data folder remembers of its sandbox, so that clients and saved URLs stay valid over a restart.</summary>
internal sealed record Identity(int Port, int S3Port, string ApiKey)
{
    public override string ToString() => $"Ports {Port} and {S3Port}";
}

/// <summary>The file in the user's state folder that tells where a sandbox runs.</summary>
internal sealed record Announcement(string ApiUrl, string S3Endpoint, string ApiKey, string Path, int ProcessId, string ProcessStartTime, string? CertificatePath)
{
    public override string ToString() => $"Sandbox {ApiUrl}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SandboxSettings))]
[JsonSerializable(typeof(SandboxStarted))]
[JsonSerializable(typeof(SandboxFailed))]
[JsonSerializable(typeof(Identity))]
[JsonSerializable(typeof(Announcement))]
internal sealed partial class HostingJson : JsonSerializerContext;
