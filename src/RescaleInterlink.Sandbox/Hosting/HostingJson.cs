using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Hosting;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SandboxSettings))]
[JsonSerializable(typeof(SandboxStarted))]
[JsonSerializable(typeof(SandboxFailed))]
[JsonSerializable(typeof(Identity))]
[JsonSerializable(typeof(Announcement))]
[JsonSerializable(typeof(Data.RunProcess))]
internal sealed partial class HostingJson : JsonSerializerContext;
