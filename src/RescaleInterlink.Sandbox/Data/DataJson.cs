using System.Text.Json.Serialization;

namespace RescaleInterlink.Sandbox.Data;

/// <summary>Generated serialisers: no reflection at start-up.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class DataJson : JsonSerializerContext;
