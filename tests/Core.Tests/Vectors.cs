using System.Text.Json;

namespace RescaleInterlink.Core.Tests;

/// <summary>The shared test vectors, by section.</summary>
internal static class Vectors
{
    private static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "test-vectors.json"))).RootElement;

    public static JsonElement Section(string name) => Root.GetProperty(name);
}
