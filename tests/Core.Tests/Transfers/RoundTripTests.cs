using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

public class RoundTripTests
{
    private const int Part = 64 << 10;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(Part - 1)]
    [InlineData(Part)]
    [InlineData(Part + 1)]
    [InlineData(5 * Part)]
    [InlineData(5 * Part + 7)]
    [InlineData(3 << 20)]
    public async Task A_file_comes_back_as_it_was(int length)
    {
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        var content = EngineFixture.RandomBytes(length);

        var uploaded = await fixture.UploadAsync(store, content);
        var downloaded = await fixture.DownloadAsync(store, uploaded);

        Assert.Equal(content, await File.ReadAllBytesAsync(downloaded.Destination));
        Assert.Equal(Convert.ToHexString(SHA512.HashData(content)).ToLowerInvariant(), uploaded.Sha512);
        Assert.Equal(uploaded.Sha512, downloaded.Sha512);
        Assert.Equal(Verification.Verified, downloaded.Verification);
        Assert.Equal(length, uploaded.Length);
        Assert.Equal(CipherSize.PartCount(length, Part), uploaded.Parts);
        Assert.Equal(CipherSize.OfPlaintext(length), store.GetContent(uploaded.Key).Length);
        Assert.Equal(0, store.UnfinishedUploads);
        Assert.Equal(["source.bin", "target.bin"], fixture.Folder.Names());
    }

    [Fact]
    public async Task The_object_is_what_any_AES_256_CBC_tool_decrypts()
    {
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        var content = EngineFixture.RandomBytes(3 * Part + 5);

        var uploaded = await fixture.UploadAsync(store, content);

        using var aes = Aes.Create();
        aes.Key = uploaded.EncryptionKey;
        Assert.Equal(content, aes.DecryptCbc(store.GetContent(uploaded.Key), uploaded.Iv));
        var metadata = store.GetMetadata(uploaded.Key);
        Assert.Equal(Convert.ToBase64String(uploaded.Iv), metadata["iv"]);
        Assert.Equal("cbc", metadata["streamingformat"]);
        Assert.Equal(Part.ToString(System.Globalization.CultureInfo.InvariantCulture), metadata["partsize"]);
    }
}
