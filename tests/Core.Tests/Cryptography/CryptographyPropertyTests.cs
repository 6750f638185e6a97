using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Core.Tests.Cryptography;

public class CryptographyPropertyTests
{
    private static readonly Arbitrary<(int Length, int PartBlocks, int ChunkBlocks, int Seed)> Cases =
        (from length in Gen.Choose(0, 3000)
         from part in Gen.Choose(1, 40)
         from chunk in Gen.Choose(1, 60)
         from seed in Gen.Choose(0, int.MaxValue)
         select (length, part, chunk, seed)).ToArbitrary();

    [Fact]
    public void Chained_parts_are_one_stream_and_decrypt_in_any_order() => Prop.ForAll(Cases, test =>
    {
        var random = new Random(test.Seed);
        var plaintext = new byte[test.Length];
        random.NextBytes(plaintext);
        var (key, iv) = (KeyMaterial.NewKey(), KeyMaterial.NewIv());

        var ciphertext = Encrypt(plaintext, key, iv, test.PartBlocks * 16);

        using var aes = Aes.Create();
        aes.Key = key;
        Assert.Equal(aes.EncryptCbc(plaintext, iv), ciphertext);
        var encryption = new ObjectEncryption(ObjectFormat.Chained, iv, null, test.PartBlocks * 16);
        using var decryptor = new ObjectDecryptor(encryption, key, null);
        var layout = CbcLayout.Of(encryption, ciphertext.Length);
        Assert.Equal(plaintext, ChunkTesting.DecryptShuffled(layout, decryptor, ciphertext, test.Length, test.ChunkBlocks * 16, test.Seed));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Parts_with_own_keys_decrypt_in_any_order() => Prop.ForAll(Cases, test =>
    {
        var random = new Random(test.Seed);
        var plaintext = new byte[test.Length];
        random.NextBytes(plaintext);
        // Sizes that are no multiple of 16 exist too: a part of the whole file's size.
        var partSize = 1 + random.Next(test.PartBlocks * 16);
        var (master, fileId) = (KeyMaterial.NewKey(), RandomNumberGenerator.GetBytes(32));
        var ciphertext = new List<byte>();
        for (var part = 0; part < CipherSize.PartCount(test.Length, partSize); part++)
        {
            var (key, iv) = (new byte[32], new byte[16]);
            PartKeyDerivation.Derive(master, fileId, part, key, iv);
            var plain = plaintext.AsSpan(part * partSize, Math.Min(partSize, test.Length - part * partSize)).ToArray();
            ciphertext.AddRange(Encrypt(plain, key, iv, 1 << 20));
        }

        Assert.Equal(CipherSize.OfPartKeys(test.Length, partSize), ciphertext.Count);
        var encryption = new ObjectEncryption(ObjectFormat.PartKeys, null, fileId, partSize);
        using var decryptor = new ObjectDecryptor(encryption, master, null);
        var layout = CbcLayout.Of(encryption, ciphertext.Count);
        Assert.Equal(plaintext, ChunkTesting.DecryptShuffled(layout, decryptor, [.. ciphertext], test.Length, test.ChunkBlocks * 16, test.Seed));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Metadata_never_breaks_detection()
    {
        var texts = Gen.OneOf(Gen.Elements("1", "2", "cbc", "", "***", "AAAA", "16", "-5", Convert.ToBase64String(new byte[16]), Convert.ToBase64String(new byte[32])),
            ArbMap.Default.GeneratorFor<string>().Where(text => text is not null));
        var names = Gen.Elements("iv", "IV", "streamingFormat", "partsize", "PartSize", "formatVersion", "fileid", "other");
        var maps = names.Zip(texts).ListOf().ToArbitrary();
        Prop.ForAll(maps, pairs =>
        {
            var metadata = new Dictionary<string, string>();
            foreach (var (name, text) in pairs) metadata[name] = text;
            try
            {
                var encryption = ObjectEncryption.Detect(metadata);
                Assert.True(encryption.Iv is null or { Length: 16 });
                Assert.True(encryption.PartSize >= 0);
                Assert.True(encryption.Format != ObjectFormat.PartKeys || encryption is { FileId.Length: 32, PartSize: > 0 });
            }
            catch (RescaleException failure)
            {
                Assert.Equal(ErrorIds.FormatInvalid, failure.ErrorId);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Part_sizes_always_fit_the_store() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).Select(thousand => thousand * 1500L).ToArbitrary(), length =>
        {
            var size = PartSizes.ForUpload(length, 512L << 20, 5L << 20, 5L << 30, 10_000);
            Assert.Equal(0, size % PartSizes.MiB);
            Assert.InRange(CipherSize.PartCount(length, size), 1, 10_000);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_file_that_no_object_can_hold_is_refused()
    {
        var failure = Assert.Throws<RescaleException>(() => PartSizes.ForUpload(60L << 40, 512L << 20, 5L << 20, 5L << 30, 10_000));
        Assert.Equal(ErrorIds.StorageNotSupported, failure.ErrorId);
    }

    [Fact]
    public void Key_and_iv_must_be_there()
    {
        var encryption = new ObjectEncryption(ObjectFormat.Whole, null, null, 0);
        Assert.Equal(ErrorIds.EncryptionKeyMissing, Assert.Throws<RescaleException>(() => new ObjectDecryptor(encryption, new byte[31], new byte[16])).ErrorId);
        Assert.Equal(ErrorIds.EncryptionIvMissing, Assert.Throws<RescaleException>(() => new ObjectDecryptor(encryption, new byte[32], null)).ErrorId);
        new ObjectDecryptor(encryption, new byte[32], new byte[16]).Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(100)]
    public void Lengths_that_no_object_can_have_are_refused(long length)
    {
        var encryption = new ObjectEncryption(ObjectFormat.Whole, new byte[16], null, 0);
        Assert.Equal(ErrorIds.FormatInvalid, Assert.Throws<RescaleException>(() => CbcLayout.Of(encryption, length)).ErrorId);
    }

    private static byte[] Encrypt(byte[] plaintext, byte[] key, byte[] iv, int partSize)
    {
        using var encryptor = new ChainedEncryptor(key, iv);
        var ciphertext = new byte[CipherSize.OfPlaintext(plaintext.Length)];
        var offset = 0;
        for (; plaintext.Length - offset > partSize; offset += partSize)
            encryptor.Encrypt(plaintext.AsSpan(offset, partSize), ciphertext.AsSpan(offset));
        encryptor.EncryptFinal(plaintext.AsSpan(offset), ciphertext.AsSpan(offset));
        return ciphertext;
    }
}
