using System.Security.Cryptography;
using RescaleInterlink.Archiving;
using RescaleInterlink.Core.Tests.Transfers;
using RescaleInterlink.Errors;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using static RescaleInterlink.Core.Tests.Archiving.TarTesting;

namespace RescaleInterlink.Core.Tests.Archiving;

public sealed class GzipSourceTests : IDisposable
{
    private const int Large = 3_000_001;
    private static readonly ArchiveOptions Gzip = new() { Compression = TarCompression.Gzip };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_same_tree_gives_the_same_bytes_however_they_are_read()
    {
        var archive = await CreateAsync();
        var whole = await ReadBytesAsync(archive.Bytes);
        Assert.Equal(whole, await ReadBytesAsync((await CreateAsync()).Bytes, helping: 7919));
        // RFC 1952: deflate, no flags, no time, no level, unknown system.
        Assert.Equal([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], whole[..10]);
        Assert.EndsWith(".tar.gz", archive.Name, StringComparison.Ordinal);
        Assert.True(whole.Length <= ((IForwardSource)archive.Bytes).MostBytes);
    }

    [Fact]
    public async Task Gzip_and_tar_of_the_system_read_it()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Needs the system's gzip and tar.");
        var archive = await CreateAsync();
        var path = _folder.Combine("archive.tar.gz");
        await File.WriteAllBytesAsync(path, await ReadBytesAsync(archive.Bytes), TestContext.Current.CancellationToken);
        await RunAsync("gzip", "--test", path);
        var listing = await RunAsync("tar", "--list", "--verbose", "--gzip", "--file", path);
        Assert.Contains("Run 1/noise.bin", listing, StringComparison.Ordinal);
        var output = Directory.CreateDirectory(_folder.Combine("out")).FullName;
        await RunAsync("tar", "--extract", "--gzip", "--file", path, "--directory", output);
        await RunAsync("diff", "--recursive", _folder.Combine("Run 1"), Path.Combine(output, "Run 1"));
    }

    [Fact]
    public async Task Never_more_than_a_piece_of_it_is_in_memory()
    {
        _folder.WriteFile("Run 1/seed", "");
        await using (var sparse = new FileStream(_folder.Combine("Run 1", "large"), FileMode.CreateNew))
            sparse.SetLength(64L << 20);
        await File.WriteAllBytesAsync(_folder.Combine("Run 1", "noise"), RandomNumberGenerator.GetBytes(8 << 20), TestContext.Current.CancellationToken);
        var archive = await FolderArchive.CreateAsync(_folder.Combine("Run 1"), Gzip, TestContext.Current.CancellationToken);
        await using var stream = new CompressedTarStream(archive.Source);
        var buffer = new byte[1000];
        var most = 0;
        while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) > 0)
            most = Math.Max(most, stream.Held);
        Assert.InRange(most, 1, 1 << 20);
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_compressed_is_named()
    {
        var archive = await CreateAsync();
        await using var stream = new CompressedTarStream(archive.Source);
        Assert.True(await stream.ReadAsync(new byte[100], TestContext.Current.CancellationToken) > 0);
        File.AppendAllText(_folder.Combine("Run 1", "noise.bin"), "x");
        var error = await Assert.ThrowsAsync<RescaleException>(async () =>
        {
            while (await stream.ReadAsync(new byte[1 << 20], TestContext.Current.CancellationToken) > 0)
            {
            }
        });
        Assert.Equal(ErrorIds.SourceChanged, error.ErrorId);
        Assert.Contains(_folder.Combine("Run 1", "noise.bin"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_sent_in_parts_while_it_is_made()
    {
        var archive = await CreateAsync();
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        var uploaded = await fixture.Engine.UploadAsync(new UploadRequest { Source = archive.Bytes, Store = store, Key = "base/a-key" }, TestContext.Current.CancellationToken);
        var whole = await ReadBytesAsync(archive.Bytes);
        Assert.Equal((whole.Length, Convert.ToHexStringLower(SHA512.HashData(whole))), ((int)uploaded.Length, uploaded.Sha512));
        Assert.True(uploaded.Parts > 10);
        await fixture.DownloadAsync(store, uploaded);
        Assert.Equal(whole, await File.ReadAllBytesAsync(fixture.Folder.File("target.bin"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_source_with_more_bytes_than_it_could_have_fails_by_name()
    {
        await using var fixture = new EngineFixture();
        var store = new InMemoryObjectStore();
        var source = new ForwardSource(EngineFixture.RandomBytes(Large)) { MostBytes = Large - 1 };
        var error = await Assert.ThrowsAsync<RescaleException>(() => fixture.Engine.UploadAsync(new UploadRequest { Source = source, Store = store, Key = "base/a-key" }, TestContext.Current.CancellationToken));
        Assert.Equal(ErrorIds.SourceChanged, error.ErrorId);
        Assert.Equal(0, store.UnfinishedUploads);
    }

    private async Task<FolderArchive> CreateAsync()
    {
        if (!Directory.Exists(_folder.Combine("Run 1")))
        {
            _folder.WriteFile("Run 1/text ü.txt", string.Concat(Enumerable.Repeat("the same words again and again\n", 50_000)));
            _folder.WriteFile("Run 1/empty", "");
            await File.WriteAllBytesAsync(_folder.Combine("Run 1", "noise.bin"), EngineFixture.RandomBytes(Large), TestContext.Current.CancellationToken);
        }

        return await FolderArchive.CreateAsync(_folder.Combine("Run 1"), Gzip, TestContext.Current.CancellationToken);
    }
}
