using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RescaleInterlink.Sandbox.Tests.Support;

/// <summary>The shared test vectors.</summary>
internal static class Vectors
{
    private static readonly JsonElement Root = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "test-vectors.json"))).RootElement;

    public static JsonElement Section(string name) => Root.GetProperty(name);

    public static byte[] Hex(this JsonElement vector, string name) => Convert.FromHexString(vector.GetProperty(name).GetString()!);

    public static string Text(this JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    /// <summary>Made from the vector's label: SHA-256(label|k) for k = 0, 1, 2...</summary>
    public static byte[] Plaintext(this JsonElement vector)
    {
        int length = vector.GetProperty("plaintextLength").GetInt32();
        List<byte> bytes = [];
        for (int k = 0; bytes.Count < length; k++)
            bytes.AddRange(SHA256.HashData(Encoding.ASCII.GetBytes($"{vector.Text("plaintextLabel")}|{k}")));
        byte[] plaintext = [.. bytes.Take(length)];
        Assert.Equal(vector.Text("plaintextSha512"), Convert.ToHexStringLower(SHA512.HashData(plaintext)));
        return plaintext;
    }
}
