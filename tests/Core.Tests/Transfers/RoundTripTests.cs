using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

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
        Assert.Equal(Integrity.Verified, downloaded.Integrity);
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

    [Fact]
    public void Any_length_part_size_and_chunk_size_round_trip()
    {
        var cases = from length in Gen.OneOf(Gen.Choose(0, 400_000), Gen.Elements(4096, 8192, 65536, 65535, 65537, 16, 0))
                    from part in Gen.Choose(1, 1000).Select(blocks => blocks * 64)
                    from chunk in Gen.Choose(1, 1000).Select(blocks => blocks * 64)
                    from connections in Gen.Choose(1, 8)
                    from seed in Gen.Choose(0, int.MaxValue)
                    from forward in Gen.Elements(true, false)
                    select (length, part, chunk, connections, seed, forward);
        Prop.ForAll(cases.ToArbitrary(), test =>
            RoundTripAsync(test.length, test.part, test.chunk, test.connections, test.seed, test.forward).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure();
    }

    private static async Task RoundTripAsync(int length, int part, int chunk, int connections, int seed, bool forward)
    {
        await using var fixture = new EngineFixture(new TransferOptions(2, connections, 32 << 20) { PartSize = part, ChunkSize = chunk });
        var memory = new InMemoryObjectStore();
        var shuffled = new FaultInjectingObjectStore(memory, seed, new StoreFault(StoreOperation.Read, StoreFaultKind.Delay, Probability: 0.3));
        var content = EngineFixture.RandomBytes(length, seed);
        IByteSource source = forward ? new ForwardSource(content, helping: 1 + seed % 5000) : new MemorySource(content);

        var uploaded = await fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = memory, Key = "key" }, default);
        var downloaded = await fixture.DownloadAsync(shuffled, uploaded);

        Assert.Equal(content, await File.ReadAllBytesAsync(downloaded.Destination));
        Assert.Equal(uploaded.Sha512, downloaded.Sha512);
        Assert.Equal(0, memory.UnfinishedUploads);
        Assert.Equal(0, fixture.Engine.Resources.Memory.Reserved);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(Part - 1, 1)]
    [InlineData(Part, 1)]
    [InlineData(Part + 1, 2)]
    [InlineData(3 * Part, 3)]
    public async Task A_source_without_a_length_is_one_request_or_many(int length, int parts)
    {
        await using var fixture = new EngineFixture();
        var store = new CountingObjectStore(new InMemoryObjectStore());
        var content = EngineFixture.RandomBytes(length);

        var uploaded = await fixture.Engine.UploadAsync(new UploadRequest { Source = new ForwardSource(content), Store = store, Key = "key" }, default);

        Assert.Equal(parts, uploaded.Parts);
        Assert.Equal(parts == 1 ? 1 : 0, store.Requests(StoreOperation.Put));
        Assert.Equal(parts == 1 ? 0 : parts, store.Requests(StoreOperation.Part));
        await fixture.DownloadAsync(store, uploaded);
        Assert.Equal(content, await File.ReadAllBytesAsync(fixture.Folder.File("target.bin")));
    }

    [Fact]
    public async Task A_file_of_one_part_takes_one_request_up_and_one_down()
    {
        await using var fixture = new EngineFixture();
        var store = new CountingObjectStore(new InMemoryObjectStore());
        var uploaded = await fixture.UploadAsync(store, EngineFixture.RandomBytes(1000));
        Assert.Equal(1, store.AllRequests);
        await fixture.DownloadAsync(store, uploaded);
        Assert.Equal(2, store.AllRequests);
    }

    [Theory]
    [InlineData("a name with spaces")]
    [InlineData("[brackets] {and} (others)")]
    [InlineData("größe 日本語 🙂.tar.gz")]
    [InlineData(null)]
    public async Task Any_name_is_just_a_name(string? name)
    {
        name ??= new string('n', 200);
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        var content = EngineFixture.RandomBytes(3 * Part);
        using var source = new LocalFileSource(fixture.WriteSource(content, name));
        var uploaded = await fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = store, Key = "base/" + name }, default);
        var downloaded = await fixture.DownloadAsync(store, uploaded, Path.Combine("new folder", "deeper", name));
        Assert.Equal(content, await File.ReadAllBytesAsync(downloaded.Destination));
        Assert.Equal([name], Directory.GetFileSystemEntries(Path.GetDirectoryName(downloaded.Destination)!).Select(path => Path.GetFileName(path)));
    }

    [Fact]
    public async Task Objects_of_other_clients_are_received()
    {
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        var content = EngineFixture.RandomBytes(100_001);
        var (key, iv, fileId) = (KeyMaterial.NewKey(), KeyMaterial.NewIv(), KeyMaterial.NewKey());
        using var aes = Aes.Create();
        aes.Key = key;
        store.Set("whole", aes.EncryptCbc(content, iv));

        var parts = content.Chunk(40_000).SelectMany((part, index) =>
        {
            var (partKey, partIv) = (new byte[32], new byte[16]);
            PartKeyDerivation.Derive(key, fileId, index, partKey, partIv);
            using var partAes = Aes.Create();
            partAes.Key = partKey;
            return partAes.EncryptCbc(part, partIv);
        });
        store.Set("parts", [.. parts], new Dictionary<string, string>
        {
            ["formatVersion"] = "1",
            ["fileId"] = Convert.ToBase64String(fileId),
            ["partSize"] = "40000",
        });

        foreach (var name in new[] { "whole", "parts" })
        {
            // Nothing but the key is known of it; the IV of a whole file may stand in the record alone.
            var request = new DownloadRequest
            {
                DisplayName = name,
                Store = store,
                Key = name,
                EncryptionKey = key,
                RecordIv = name == "whole" ? iv : null,
                Destination = fixture.Folder.File(name),
            };
            var downloaded = await fixture.Engine.DownloadAsync(request, default);
            Assert.Equal(content, await File.ReadAllBytesAsync(downloaded.Destination));
            Assert.Equal(Integrity.Unverifiable, downloaded.Integrity);
        }
    }

    [Fact]
    public async Task An_empty_object_is_an_empty_file_when_the_record_says_so()
    {
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        store.Set("key", []);
        var request = new DownloadRequest
        {
            DisplayName = "empty", Store = store, Key = "key", EncryptionKey = new byte[32], Length = 0, Destination = fixture.Folder.File("empty"),
        };
        Assert.Equal(0, (await fixture.Engine.DownloadAsync(request, default)).Length);
        Assert.Empty(await File.ReadAllBytesAsync(request.Destination));
    }

    /// <summary>Early v1 writers noted a part size that they had not used (interop storage 2): the object is one part all the same.</summary>
    [Theory]
    [InlineData(100_001, 40_000, true)]
    [InlineData(100_001, 40_000, false)]
    [InlineData(100_001, 200_000, true)]
    [InlineData(1_000, 16, true)]
    [InlineData(1, 1, true)]
    [InlineData(1_000, 1, true)]
    [InlineData(100_001, long.MaxValue, true)]
    [InlineData(100_001, long.MaxValue, false)]
    public async Task An_early_object_with_a_part_size_that_it_does_not_have_is_received(int length, long stated, bool known)
    {
        await using var fixture = new EngineFixture();
        var content = EngineFixture.RandomBytes(length);
        var request = EarlyObject(fixture, content, stated) with { Length = known ? length : null };
        Assert.Equal(Integrity.Verified, (await fixture.Engine.DownloadAsync(request, default)).Integrity);
        Assert.Equal(content, await File.ReadAllBytesAsync(request.Destination));
    }

    /// <summary>Not a request for every 16 bytes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    public async Task A_part_size_that_no_storage_takes_is_one_clear_error(long stated)
    {
        await using var fixture = new EngineFixture();
        var failure = await Assert.ThrowsAsync<RescaleException>(() =>
            fixture.Engine.DownloadAsync(EarlyObject(fixture, new byte[100_001], stated), default));
        Assert.Equal(ErrorIds.FormatInvalid, failure.ErrorId);
        Assert.Empty(fixture.Folder.Names());
    }

    private static DownloadRequest EarlyObject(EngineFixture fixture, byte[] content, long stated)
    {
        var store = new InMemoryObjectStore();
        // Not random: one of 256 keys finds what looks like a padding where the stated size says that a part ends.
        var (key, fileId, partKey, partIv) = (EngineFixture.RandomBytes(32, 2), EngineFixture.RandomBytes(32, 3), new byte[32], new byte[16]);
        PartKeyDerivation.Derive(key, fileId, 0, partKey, partIv);
        using var aes = Aes.Create();
        aes.Key = partKey;
        store.Set("early", aes.EncryptCbc(content, partIv), new Dictionary<string, string>
        {
            ["formatversion"] = "1",
            ["fileid"] = Convert.ToBase64String(fileId),
            ["partsize"] = stated.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });
        return new DownloadRequest
        {
            DisplayName = "early", Store = store, Key = "early", EncryptionKey = key, Destination = fixture.Folder.File("early"),
            Sha512 = Convert.ToHexString(SHA512.HashData(content)),
        };
    }
}
