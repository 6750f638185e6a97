using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>A folder, an engine with small parts and chunks, and shorthands for one file up and down.</summary>
internal sealed class EngineFixture : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TestPatience.Long;

    public EngineFixture(TransferOptions? options = null)
    {
        Options = options ?? new TransferOptions(ThrottleLimit: 4, Connections: 4, MemoryLimit: 64L << 20) { PartSize = 64 << 10, ChunkSize = 16 << 10 };
        Engine = new TransferEngine(Options);
    }

    public TransferOptions Options { get; }
    public TransferEngine Engine { get; }
    public TemporaryFolder Folder { get; } = new();

    public static byte[] RandomBytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public string WriteSource(byte[] content, string name = "source.bin")
    {
        var path = Folder.File(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public async Task<UploadResult> UploadAsync(IObjectStore store, byte[] content, string key = "base/a-key", CancellationToken stop = default)
    {
        using var source = new LocalFileSource(WriteSource(content));
        return await Engine.UploadAsync(new UploadRequest { Source = source, Store = store, Key = key }, stop);
    }

    public DownloadRequest Request(IObjectStore store, UploadResult uploaded, string name = "target.bin") => new()
    {
        DisplayName = name,
        Store = store,
        Key = uploaded.Key,
        EncryptionKey = uploaded.EncryptionKey,
        Length = uploaded.Length,
        Sha512 = uploaded.Sha512,
        Destination = Folder.File(name),
    };

    public Task<DownloadResult> DownloadAsync(IObjectStore store, UploadResult uploaded, string name = "target.bin", CancellationToken stop = default) =>
        Engine.DownloadAsync(Request(store, uploaded, name), stop);

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Folder.Dispose();
    }
}
