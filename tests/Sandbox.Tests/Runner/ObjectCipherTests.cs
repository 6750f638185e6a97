using System.Security.Cryptography;
using RescaleInterlink.Sandbox.Runner;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Runner;

/// <summary>The object formats against the shared vectors.</summary>
public sealed class ObjectCipherTests
{
    public static TheoryData<string, int> Vectors0 => Names("wholeFileCbc");
    public static TheoryData<string, int> Vectors1 => Names("hkdfV1Files");
    public static TheoryData<string, int> Vectors2 => Names("cbcChained");

    [Theory]
    [MemberData(nameof(Vectors0))]
    public async Task Format_v0_is_written_and_read(string name, int index)
    {
        var section = Vectors.Section("wholeFileCbc");
        var vector = section.GetProperty("vectors")[index];
        Assert.Equal(name, vector.Text("name"));
        byte[] plaintext = vector.Plaintext();
        using var ciphertext = new MemoryStream();
        using (var content = new MemoryStream(plaintext))
        await using (var encrypted = ObjectCipher.OpenCiphertext(content, section.Hex("keyHex"), section.Hex("ivHex")))
            await encrypted.CopyToAsync(ciphertext, TestContext.Current.CancellationToken);
        Assert.Equal(vector.Text("ciphertextSha512"), Convert.ToHexStringLower(SHA512.HashData(ciphertext.ToArray())));
        Assert.Equal(plaintext, await DecryptAsync(ciphertext.ToArray(), section.Hex("keyHex"), new() { ["iv"] = section.Text("ivBase64") }));
    }

    [Theory]
    [MemberData(nameof(Vectors1))]
    public async Task Format_v1_is_read(string name, int index)
    {
        var vector = Vectors.Section("hkdfV1Files").GetProperty("vectors")[index];
        Assert.Equal(name, vector.Text("name"));
        // Names come back in lower case.
        var metadata = vector.GetProperty("metadata").EnumerateObject().ToDictionary(pair => pair.Name.ToLowerInvariant(), pair => pair.Value.GetString()!);
        byte[] ciphertext = vector.Hex("ciphertextHex"), key = vector.Hex("masterKeyHex");
        Assert.Equal(vector.Plaintext(), await DecryptAsync(ciphertext, key, metadata));

        metadata.Remove("fileid");
        await Assert.ThrowsAsync<RunFailure>(() => DecryptAsync(ciphertext, key, metadata));
    }

    [Theory]
    [MemberData(nameof(Vectors2))]
    public async Task Format_v2_is_read(string name, int index)
    {
        var section = Vectors.Section("cbcChained");
        var vector = section.GetProperty("vectors")[index];
        Assert.Equal(name, vector.Text("name"));
        byte[] plaintext = vector.Plaintext();
        using var aes = Aes.Create();
        aes.Key = section.Hex("keyHex");
        byte[] ciphertext = aes.EncryptCbc(plaintext, section.Hex("ivHex"));
        Assert.Equal(vector.Text("ciphertextSha512"), Convert.ToHexStringLower(SHA512.HashData(ciphertext)));
        var metadata = new Dictionary<string, string> { ["iv"] = Convert.ToBase64String(section.Hex("ivHex")), ["streamingformat"] = "cbc", ["partsize"] = vector.GetProperty("partSize").ToString() };
        Assert.Equal(plaintext, await DecryptAsync(ciphertext, aes.Key, metadata));
    }

    [Fact]
    public async Task Without_an_iv_nothing_can_be_read()
    {
        await Assert.ThrowsAsync<RunFailure>(() => DecryptAsync(new byte[16], new byte[32], []));
        await Assert.ThrowsAsync<RunFailure>(() => DecryptAsync(new byte[16], new byte[32], new() { ["iv"] = "AAAA" }));
        await Assert.ThrowsAsync<CryptographicException>(() => DecryptAsync(new byte[16], new byte[32], new() { ["iv"] = Convert.ToBase64String(new byte[16]) }));
    }

    private static async Task<byte[]> DecryptAsync(byte[] ciphertext, byte[] key, Dictionary<string, string> metadata)
    {
        using var plaintext = new MemoryStream();
        await using var decrypted = ObjectCipher.OpenPlaintext(new MemoryStream(ciphertext), key, metadata);
        await decrypted.CopyToAsync(plaintext, TestContext.Current.CancellationToken);
        return plaintext.ToArray();
    }

    private static TheoryData<string, int> Names(string section)
    {
        var names = new TheoryData<string, int>();
        foreach (var (index, vector) in Vectors.Section(section).GetProperty("vectors").EnumerateArray().Index())
            names.Add(vector.Text("name"), index);
        return names;
    }
}
