using System.Globalization;
using System.Text;
using System.Text.Json;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Core.Tests.Cryptography;

public class VectorTests
{
    public static TheoryData<string> PartKeys => VectorReading.Names("hkdfPartKeys");
    public static TheoryData<string> WholeFiles => VectorReading.Names("wholeFileCbc");
    public static TheoryData<string> ChainedFiles => VectorReading.Names("cbcChained");
    public static TheoryData<string> PartKeyFiles => VectorReading.Names("hkdfV1Files");
    public static TheoryData<string> Formats => VectorReading.Names("formatDetection");
    public static TheoryData<string> Paddings => VectorReading.Names("negativePadding");
    public static TheoryData<int> Arithmetic => [.. Enumerable.Range(0, Vectors.Section("sizeArithmetic").GetProperty("arithmetic").GetArrayLength())];
    public static TheoryData<int> DynamicChunks => [.. Enumerable.Range(0, Vectors.Section("sizeArithmetic").GetProperty("dynamicChunk").GetArrayLength())];

    [Theory, MemberData(nameof(PartKeys))]
    public void Part_keys_are_derived(string name)
    {
        var vector = VectorReading.Vector("hkdfPartKeys", name);
        var key = new byte[32];
        var iv = new byte[16];
        var index = long.Parse(vector.Text("partIndex"), CultureInfo.InvariantCulture);

        PartKeyDerivation.Derive(vector.Hex("masterKeyHex"), vector.Hex("fileIdHex"), index, key, iv);

        Assert.Equal(vector.Hex("keyHex"), key);
        Assert.Equal(vector.Hex("ivHex"), iv);
    }

    [Fact]
    public void Negative_part_index_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PartKeyDerivation.Derive(new byte[32], new byte[32], -1, new byte[32], new byte[16]));

    [Theory, MemberData(nameof(WholeFiles))]
    public void A_whole_file_is_encrypted_and_decrypted(string name)
    {
        var section = Vectors.Section("wholeFileCbc");
        var vector = VectorReading.Vector("wholeFileCbc", name);
        var plaintext = vector.Plaintext();
        Assert.Equal(vector.Text("plaintextSha512"), Hash(plaintext));
        var (key, iv) = (section.Hex("keyHex"), section.Hex("ivHex"));

        var ciphertext = new byte[CipherSize.OfPlaintext(plaintext.Length)];
        using (var encryptor = new ChainedEncryptor(key, iv))
            Assert.Equal(ciphertext.Length, encryptor.EncryptFinal(plaintext, ciphertext));
        vector.AssertCiphertext(ciphertext);

        var decrypted = new byte[ciphertext.Length];
        RangeDecryptor.Decrypt(key, iv, ciphertext, decrypted);
        Assert.Equal(plaintext, decrypted[..^Padding.Measure(decrypted)]);

        var encryption = new ObjectEncryption(ObjectFormat.Whole, iv, null, 0);
        using var decryptor = new ObjectDecryptor(encryption, key, null);
        var tail = ciphertext.Length == 16 ? ciphertext : vector.Hex("tailProbeHex");
        Assert.Equal(vector.Int("finalPadByte"), decryptor.ProbePadding(CbcLayout.Of(encryption, ciphertext.Length), tail));
    }

    [Theory, MemberData(nameof(ChainedFiles))]
    public void Parts_are_chained(string name)
    {
        var section = Vectors.Section("cbcChained");
        var vector = VectorReading.Vector("cbcChained", name);
        var plaintext = vector.Plaintext();
        var partSize = vector.Int("partSize");
        var parts = vector.GetProperty("parts") is { ValueKind: JsonValueKind.Array } given ? given.EnumerateArray().ToList() : [];
        Assert.Equal(vector.Int("totalParts"), CipherSize.PartCount(plaintext.Length, partSize));

        var ciphertext = new List<byte>();
        using var encryptor = new ChainedEncryptor(section.Hex("keyHex"), section.Hex("ivHex"));
        for (var i = 0; i < vector.Int("totalParts"); i++)
        {
            if (i < parts.Count) Assert.Equal(parts[i].Hex("ivHex"), encryptor.LastBlock.ToArray());
            var plain = plaintext.AsSpan(i * partSize, Math.Min(partSize, plaintext.Length - i * partSize));
            var output = new byte[plain.Length + 16];
            var last = i == vector.Int("totalParts") - 1;
            var written = last ? encryptor.EncryptFinal(plain, output) : encryptor.Encrypt(plain, output);
            ciphertext.AddRange(output[..written]);
            if (i < parts.Count) Assert.Equal(parts[i].Int("ciphertextLength"), written);
        }

        vector.AssertCiphertext([.. ciphertext]);
        if (vector.GetProperty("downloadPartLengths") is { ValueKind: JsonValueKind.Array } lengths)
            Assert.Equal(ciphertext.Count, lengths.EnumerateArray().Sum(length => length.GetInt32()));
    }

    [Theory, MemberData(nameof(PartKeyFiles))]
    public void Objects_of_format_1_are_read(string name)
    {
        var vector = VectorReading.Vector("hkdfV1Files", name);
        var plaintext = vector.Plaintext();
        var ciphertext = vector.Hex("ciphertextHex");
        var encryption = ObjectEncryption.Detect(vector.Metadata());
        Assert.Equal(ObjectFormat.PartKeys, encryption.Format);
        Assert.Equal(ciphertext.Length, CipherSize.OfPartKeys(plaintext.Length, encryption.PartSize));
        var layout = CbcLayout.Of(encryption, ciphertext.Length);
        Assert.Equal(vector.Int("totalParts"), layout.ChainCount);
        using var decryptor = new ObjectDecryptor(encryption, vector.Hex("masterKeyHex"), null);
        Assert.Equal(plaintext.Length, layout.PlaintextLength(decryptor.ProbePadding(layout, ciphertext.AsSpan(Math.Max(ciphertext.Length - 32, (int)layout.LastChainOffset)))));

        foreach (var chunkSize in new[] { 16, 32, 64, 4096 })
            Assert.Equal(plaintext, ChunkTesting.DecryptShuffled(layout, decryptor, ciphertext, plaintext.Length, chunkSize, seed: 5));
    }

    [Theory, MemberData(nameof(Formats))]
    public void Formats_are_detected(string name)
    {
        var vector = VectorReading.Vector("formatDetection", name);
        if (vector.GetProperty("error").ValueKind == JsonValueKind.String)
        {
            Assert.Equal(ErrorIds.FormatInvalid, Assert.Throws<RescaleException>(() => ObjectEncryption.Detect(vector.Metadata())).ErrorId);
            return;
        }

        var encryption = ObjectEncryption.Detect(vector.Metadata());
        Assert.Equal(vector.Int("format"), (int)encryption.Format);
        Assert.Equal(vector.Long("partSize"), encryption.PartSize);
        Assert.Equal(vector.GetProperty("ivUsable").GetBoolean(), encryption.Iv is not null);
    }

    [Theory, MemberData(nameof(Arithmetic))]
    public void Sizes_are_computed(int index)
    {
        var vector = Vectors.Section("sizeArithmetic").GetProperty("arithmetic")[index];
        var (size, partSize) = (vector.Long("plaintextSize"), vector.Long("partSize"));
        Assert.Equal(partSize, PartSizes.ForLength(size));
        Assert.Equal(vector.Long("encryptedSize"), CipherSize.OfPlaintext(size));
        Assert.Equal(vector.Int("pad"), CipherSize.PaddingOf(size));
        var parts = CipherSize.PartCount(size, partSize);
        Assert.Equal(vector.Long("uploadParts"), parts);
        Assert.Equal(vector.Long("lastPlainPart"), size - (parts - 1) * partSize);
        Assert.Equal(vector.Long("lastEncryptedPart"), CipherSize.OfPlaintext(size - (parts - 1) * partSize));
        Assert.Equal(vector.Long("v1EncryptedPartSize"), CipherSize.OfPlaintext(partSize));
        Assert.Equal(vector.Long("v1EncryptedTotal"), CipherSize.OfPartKeys(size, partSize));
        Assert.Equal(vector.GetProperty("exceeds10000Parts").GetBoolean(), parts > 10_000);
        var enough = PartSizes.ForUpload(size, 8L << 30, 5L << 20, 5L << 30, 10_000);
        Assert.True(CipherSize.PartCount(size, enough) <= 10_000);
        Assert.Equal(0, enough % 16);
    }

    [Theory, MemberData(nameof(DynamicChunks))]
    public void Part_sizes_follow_memory(int index)
    {
        var vector = Vectors.Section("sizeArithmetic").GetProperty("dynamicChunk")[index];
        Assert.Equal(vector.Long("partSize"), PartSizes.ForMemory(vector.Long("fileSize"), vector.Int("threads"), vector.Long("availableMemory")));
    }

    [Theory, MemberData(nameof(Paddings))]
    public void Bad_padding_is_one_error(string name)
    {
        var section = Vectors.Section("negativePadding");
        var vector = VectorReading.Vector("negativePadding", name);
        var ciphertext = vector.Hex("ciphertextHex");
        var plaintext = new byte[ciphertext.Length];
        int Decrypt()
        {
            RangeDecryptor.Decrypt(section.Hex("keyHex"), section.Hex("ivHex"), ciphertext, plaintext);
            return ciphertext.Length - Padding.Measure(plaintext);
        }

        if (vector.Text("expect") == "ok")
        {
            Assert.Equal(vector.Text("plaintextUtf8"), Encoding.UTF8.GetString(plaintext, 0, Decrypt()));
            return;
        }

        var failure = Assert.Throws<RescaleException>(() => Decrypt());
        Assert.Equal(ErrorIds.DecryptionFailed, failure.ErrorId);
        Assert.Equal(Padding.Invalid().Message, failure.Message);
    }

    [Fact]
    public void Metadata_is_written_as_other_clients_read_it()
    {
        var section = Vectors.Section("metadataAndRegistration");
        var iv = section.Hex("ivHex");
        var expected = section.GetProperty("objectMetadata");
        Assert.Equal(Pairs(expected.GetProperty("v2_cbc_chained")), ObjectEncryption.ForUpload(iv, 16 << 20).ToMetadata().OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(Pairs(expected.GetProperty("v0_pre_encrypt")), new ObjectEncryption(ObjectFormat.Whole, iv, null, 0).ToMetadata().OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(section.Text("encodedEncryptionKey_v0_v2"), Convert.ToBase64String(section.Hex("keyHex")));

        var partKeys = ObjectEncryption.Detect(expected.GetProperty("v1_hkdf").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!));
        Assert.Equal(section.Hex("fileIdHex"), partKeys.FileId);
        Assert.Equal(16 << 20, partKeys.PartSize);
        Assert.Equal(section.GetProperty("registration").Long("encryptedSize"),
            CipherSize.OfPlaintext(section.GetProperty("registration").Long("decryptedSize")));
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(JsonElement map) =>
        map.EnumerateObject().Select(pair => KeyValuePair.Create(pair.Name, pair.Value.GetString()!)).OrderBy(pair => pair.Key, StringComparer.Ordinal);

    private static string Hash(byte[] bytes)
    {
        using var hasher = new Sha512Hasher();
        hasher.Append(bytes);
        return hasher.Finish();
    }
}
