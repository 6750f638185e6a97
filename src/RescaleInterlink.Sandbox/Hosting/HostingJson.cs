using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Hosting;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SandboxSettings))]
[JsonSerializable(typeof(SandboxStarted))]
[JsonSerializable(typeof(SandboxFailed))]
[JsonSerializable(typeof(Identity))]
[JsonSerializable(typeof(Announcement))]
internal sealed partial class HostingJson : JsonSerializerContext;
