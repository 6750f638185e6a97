using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>One file that is uploaded in several runs, each with an engine of its own, as after a restart.</summary>
internal sealed class ResumeFixture : IAsyncDisposable
{
    public const int Part = 64 << 10;

    public const int DefaultParts = 10;

    private int _runs;

    public ResumeFixture(int parts = DefaultParts, int seed = 1)
    {
        Content = EngineFixture.RandomBytes((parts - 1) * Part + 777, seed);
        Source = Folder.File("source.bin");
        File.WriteAllBytes(Source, Content);
        Checkpoints = new CheckpointFolder(Folder.File("transfers"));
        Identity = new ResumeIdentity(Checkpoints, Source, "platform|container|folder|source.bin",
            new TransferDescription("https://platform.example/", "source.bin", null, "folder"));
    }

    public TemporaryFolder Folder { get; } = new();
    public byte[] Content { get; set; }
    public string Source { get; }
    public CheckpointFolder Checkpoints { get; }
    public ResumeIdentity Identity { get; }
    public InMemoryObjectStore Memory { get; } = new();
    public List<string> Notices { get; } = [];
    public List<UploadResult> HandedOver { get; } = [];
    public ProgressSnapshot? LastProgress { get; private set; }
    public Func<UploadResult, Task>? OnCommitted { get; set; }
    public Func<LeftObject, Task<string?>>? WhyKeep { get; set; }
    public ObjectFormat Format { get; set; } = ObjectFormat.Chained;

    /// <summary>What is sent instead of the file, when it is not that.</summary>
    public Func<IByteSource>? Open { get; set; }

    public string[] CheckpointFiles => Directory.Exists(Checkpoints.Path) ? Directory.GetFileSystemEntries(Checkpoints.Path) : [];

    public async Task<UploadResult> RunAsync(IObjectStore store, int connections = 1, int partSize = Part, CancellationToken stop = default)
    {
        var engine = new TransferEngine(new TransferOptions(ThrottleLimit: 4, Connections: connections, MemoryLimit: 64L << 20) { PartSize = partSize });
        await using var end = engine;
        var source = Open?.Invoke() ?? new LocalFileSource(Source);
        using var file = source as IDisposable;
        var uploaded = await engine.UploadAsync(new UploadRequest
        {
            Source = source,
            Store = store,
            Key = $"base/run-{++_runs}",
            Format = Format,
            Resume = Identity,
            OnNotice = notice =>
            {
                lock (Notices) Notices.Add(notice);
            },
            OnContinued = (done, total) =>
            {
                lock (Notices) Notices.Add($"continued at {done} of {total} bytes");
            },
            WhyKeepAsync = WhyKeep is { } why ? (left, _) => why(left) : null,
            OnCommitted = async (result, _) =>
            {
                HandedOver.Add(result);
                if (OnCommitted is { } more) await more(result);
            },
        }, stop);
        LastProgress = engine.GetProgress();
        return uploaded;
    }

    /// <summary>A fixture whose first run has failed, as with <see cref="FailAsync"/>.</summary>
    public static async Task<ResumeFixture> FailedAsync(
        StoreOperation operation, int skip, StoreFaultKind kind = StoreFaultKind.Before, int connections = 1, Action<ResumeFixture>? prepare = null)
    {
        var fixture = new ResumeFixture();
        prepare?.Invoke(fixture);
        await fixture.FailAsync(operation, skip, kind, connections);
        return fixture;
    }

    /// <summary>A run that fails at the operation after <paramref name="skip"/> of the kind, in a way that passes, and leaves a checkpoint.</summary>
    public async Task FailAsync(StoreOperation operation, int skip, StoreFaultKind kind = StoreFaultKind.Before, int connections = 1)
    {
        var faulty = new FaultInjectingObjectStore(Memory, 1, new StoreFault(operation, kind, Skip: skip));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => RunAsync(faulty, connections));
        Assert.Equal(ErrorIds.StorageUnreachable, failure.ErrorId);
        Assert.NotEmpty(CheckpointFiles);
        Notices.Clear();
    }

    /// <summary>A run that sends this many parts, and ends with the file whole.</summary>
    public async Task<UploadResult> FinishAsync(int parts, int partSize = Part)
    {
        var counting = new CountingObjectStore(Memory);
        var uploaded = await RunAsync(counting, partSize: partSize);
        Assert.Equal(parts, counting.Requests(StoreOperation.Part));
        await RequireWholeAsync(uploaded);
        return uploaded;
    }

    /// <summary>Runs against a store that fails at random parts, in a way that passes, until one of them ends with the file whole.</summary>
    public async Task FailUntilWholeAsync(int seed)
    {
        var store = new FaultInjectingObjectStore(Memory, seed,
            new StoreFault(StoreOperation.Part, StoreFaultKind.LoseReply, Probability: 0.05),
            new StoreFault(StoreOperation.Part, StoreFaultKind.Before, Probability: 0.1),
            new StoreFault(StoreOperation.Commit, StoreFaultKind.LoseReply, Times: 1));
        for (var run = 1; ; run++)
        {
            Assert.True(run < 200, $"seed {seed}");
            try
            {
                await RequireWholeAsync(await RunAsync(store, connections: 4));
                return;
            }
            catch (RescaleException failure) when (failure.ErrorId == ErrorIds.StorageUnreachable)
            {
            }
        }
    }

    /// <summary>Parts that the store holds for its unfinished uploads.</summary>
    public async Task<IReadOnlyList<StoredPart>> StoredPartsAsync()
    {
        var upload = await UnfinishedAsync();
        return upload is null ? [] : await Memory.ListPartsAsync(upload, default).ToListAsync();
    }

    public async Task<MultipartUpload?> UnfinishedAsync()
    {
        var uploads = await Memory.ListUploadsAsync("", default).ToListAsync();
        return uploads.Count == 0 ? null : new MultipartUpload(uploads[0].Key, uploads[0].Id, new Dictionary<string, string>());
    }

    /// <summary>The object, and nothing else, is in the store; it is the file; no checkpoint is left.</summary>
    public async Task RequireWholeAsync(UploadResult uploaded)
    {
        Assert.Equal([uploaded.Key], Memory.Keys);
        Assert.Equal(0, Memory.UnfinishedUploads);
        Assert.Empty(CheckpointFiles);
        await using var fixture = new EngineFixture();
        var received = await fixture.DownloadAsync(Memory, uploaded);
        Assert.Equal(Integrity.Verified, received.Integrity);
        var bytes = await File.ReadAllBytesAsync(received.Destination);
        Assert.True(Content.AsSpan().SequenceEqual(bytes));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(Content)), uploaded.Sha512);
        Assert.Equal(uploaded.Key, Assert.Single(HandedOver).Key);
    }

    public ValueTask DisposeAsync()
    {
        Folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
