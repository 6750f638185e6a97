using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RescaleInterlink.Core.Tests.Cryptography;

/// <summary>Vectors one by one, and what the sections on encryption say in them.</summary>
internal static class VectorReading
{
    /// <summary>Names of a section's vectors, as theory data.</summary>
    public static TheoryData<string> Names(string section) =>
        new(Vectors.Section(section).GetProperty("vectors").EnumerateArray().Select(vector => vector.GetProperty("name").GetString()!));

    public static JsonElement Vector(string section, string name) =>
        Vectors.Section(section).GetProperty("vectors").EnumerateArray().Single(vector => vector.GetProperty("name").GetString() == name);

    public static byte[] Hex(this JsonElement element, string property) => Convert.FromHexString(element.GetProperty(property).GetString()!);

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static int Int(this JsonElement element, string property) => element.GetProperty(property).GetInt32();

    public static long Long(this JsonElement element, string property) => element.GetProperty(property).GetInt64();

    public static Dictionary<string, string>? Metadata(this JsonElement element) =>
        element.GetProperty("metadata") is { ValueKind: JsonValueKind.Object } map
            ? map.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!)
            : null;

    /// <summary>The plaintext that a label stands for: SHA-256 of label, bar and counter, one after the other.</summary>
    public static byte[] Plaintext(this JsonElement vector)
    {
        var length = vector.Int("plaintextLength");
        var bytes = new List<byte>(length + SHA256.HashSizeInBytes);
        for (var k = 0; bytes.Count < length; k++) bytes.AddRange(SHA256.HashData(Encoding.ASCII.GetBytes($"{vector.Text("plaintextLabel")}|{k}")));
        return [.. bytes.Take(length)];
    }

    /// <summary>Checks bytes against whatever the vector gives of them: all, beginning, end, hash.</summary>
    public static void AssertCiphertext(this JsonElement vector, byte[] actual)
    {
        Assert.Equal(vector.Int("ciphertextLength"), actual.Length);
        Assert.Equal(vector.Text("ciphertextSha512"), Convert.ToHexString(SHA512.HashData(actual)).ToLowerInvariant());
        if (vector.TryGetProperty("ciphertextHex", out var whole)) Assert.Equal(whole.GetString(), Convert.ToHexString(actual).ToLowerInvariant());
    }
}
