using System.Text.Json.Serialization;

namespace RescaleInterlink.LocalSandbox;

/// <summary>The one line that the sandbox reads from its standard input.</summary>
internal sealed class StartRequest
{
    public required string Path { get; set; }
    public required string StateHome { get; set; }
    public int? Port { get; set; }
    public int? S3Port { get; set; }
    public string? StorageType { get; set; }
    public string? OutputStorage { get; set; }
    public string? AzuritePath { get; set; }
    public bool Https { get; set; }
    public string? ApiKey { get; set; }
    public int? MaxRunningJobs { get; set; }
    public double? RateLimitScale { get; set; }
    public bool PagedAutomations { get; set; }
    public bool AllowFaults { get; set; }
}

/// <summary>The one line it answers with, and its state file: the same members, and in the file its start time.</summary>
internal sealed class RunningSandbox
{
    public string? ApiUrl { get; set; }
    public string? S3Endpoint { get; set; }
    public string? ApiKey { get; set; }
    public string? Path { get; set; }
    public int? ProcessId { get; set; }
    public string? ProcessStartTime { get; set; }
    public string? CertificatePath { get; set; }
    public string? StorageType { get; set; }
    public string? AzureEndpoint { get; set; }
    public string? Error { get; set; }
    public string? ErrorId { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(Platform.Wire.LenientStringConverter)])]
[JsonSerializable(typeof(StartRequest))]
[JsonSerializable(typeof(RunningSandbox))]
internal sealed partial class SandboxJson : JsonSerializerContext;
