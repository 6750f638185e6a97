using RescaleInterlink.Core.Tests.Storage;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>The engine over real sockets, with the sandbox's own faults.</summary>
public sealed class SandboxTransferTests(SandboxTransferTests.OwnSandbox own) : IClassFixture<SandboxTransferTests.OwnSandbox>
{
    private const int Part = 5 << 20;
    private const int Length = 2 * Part + 12_345;

    private static readonly TransferOptions Options = new(4, 4, 64 << 20) { PartSize = Part, ChunkSize = 1 << 20 };
    private static readonly StoreTimeouts Timeouts = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));

    [Theory]
    [InlineData("""{"target":"s3","operation":"CreateMultipartUpload","fault":"status","status":500,"code":"InternalError","times":2}""")]
    [InlineData("""{"target":"s3","operation":"UploadPart","fault":"status","status":503,"code":"SlowDown","times":5}""")]
    [InlineData("""{"target":"s3","operation":"UploadPart","fault":"status","status":400,"code":"RequestTimeout","times":2}""")]
    [InlineData("""{"target":"s3","operation":"UploadPart","fault":"resetBefore","times":3}""")]
    [InlineData("""{"target":"s3","operation":"UploadPart","fault":"resetDuring","times":3}""")]
    [InlineData("""{"target":"s3","operation":"UploadPart","fault":"resetAfter","times":3}""")]
    [InlineData("""{"target":"s3","operation":"UploadPart","fault":"loseReply","times":3}""")]
    [InlineData("""{"target":"s3","operation":"UploadPart","fault":"stall","times":1}""")]
    [InlineData("""{"target":"s3","operation":"UploadPart","fault":"expireCredentials","times":1}""")]
    [InlineData("""{"target":"s3","operation":"CompleteMultipartUpload","fault":"loseReply","times":1}""")]
    [InlineData("""{"target":"s3","operation":"CompleteMultipartUpload","fault":"okWithError","code":"InternalError","times":1}""")]
    [InlineData("""{"target":"s3","operation":"CompleteMultipartUpload","fault":"status","status":503,"code":"SlowDown","times":2}""")]
    [InlineData("""{"target":"s3","operation":"HeadObject","fault":"status","status":500,"times":2}""")]
    [InlineData("""{"target":"s3","operation":"HeadObject","fault":"expireCredentials","times":1}""")]
    [InlineData("""{"target":"s3","operation":"GetObject","fault":"truncate","times":3}""")]
    [InlineData("""{"target":"s3","operation":"GetObject","fault":"oversize","times":3}""")]
    [InlineData("""{"target":"s3","operation":"GetObject","fault":"resetBefore","times":3}""")]
    [InlineData("""{"target":"s3","operation":"GetObject","fault":"resetDuring","times":3}""")]
    [InlineData("""{"target":"s3","operation":"GetObject","fault":"stall","skip":2,"times":1}""")]
    [InlineData("""{"target":"s3","operation":"GetObject","fault":"status","status":503,"code":"SlowDown","times":3}""")]
    [InlineData("""{"target":"s3","operation":"GetObject","fault":"expireCredentials","skip":3,"times":1}""")]
    [InlineData("""{"target":"s3","fault":"status","status":503,"code":"SlowDown","probability":0.3}""")]
    public async Task A_passing_fault_on_the_wire_is_survived(string rule)
    {
        await using var fixture = new EngineFixture(Options);
        await using var stores = await SandboxStores.OpenAsync(own.Sandbox, Timeouts);
        var content = EngineFixture.RandomBytes(Length);
        await own.Sandbox.SetFaultsAsync(rule);
        try
        {
            var uploaded = await fixture.UploadAsync(stores.Store, content, "transfer/" + Guid.NewGuid());
            var downloaded = await fixture.DownloadAsync(stores.Store, uploaded);
            Assert.Equal(Integrity.Verified, downloaded.Integrity);
        }
        finally
        {
            await own.Sandbox.ClearFaultsAsync();
        }

        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(fixture.Folder.File("target.bin"))));
        Assert.Equal(0, await stores.CountUnfinishedAsync());
    }

    [Fact]
    public async Task An_object_that_changes_between_two_ranges_is_refused()
    {
        await using var fixture = new EngineFixture(Options);
        await using var stores = await SandboxStores.OpenAsync(own.Sandbox, Timeouts);
        var uploaded = await fixture.UploadAsync(stores.Store, EngineFixture.RandomBytes(Length), "transfer/" + Guid.NewGuid());
        await own.Sandbox.SetFaultsAsync("""{"target":"s3","operation":"GetObject","fault":"objectChanged","skip":3,"times":1}""");
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.DownloadAsync(stores.Store, uploaded));
        await own.Sandbox.ClearFaultsAsync();
        Assert.Equal(ErrorIds.ObjectChanged, failure.ErrorId);
        Assert.Equal(["source.bin"], fixture.Folder.Names());
    }

    [Theory]
    [InlineData("CreateMultipartUpload", Length)]
    [InlineData("UploadPart", Length)]
    [InlineData("CompleteMultipartUpload", Length)]
    [InlineData("PutObject", 1000)]
    public async Task A_stop_with_every_socket_stalled_ends_the_upload(string operation, int length)
    {
        await using var fixture = new EngineFixture(Options);
        await using var stores = await SandboxStores.OpenAsync(own.Sandbox);
        var key = "transfer/" + Guid.NewGuid();
        await own.Sandbox.SetFaultsAsync($$"""{"target":"s3","operation":"{{operation}}","fault":"stall"}""");
        using var stop = new CancellationTokenSource();
        var upload = fixture.UploadAsync(stores.Store, EngineFixture.RandomBytes(length), key, stop.Token);
        await UntilRequestedAsync(operation);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload.WaitAsync(EngineFixture.Patience));
        await own.Sandbox.ClearFaultsAsync();
        Assert.Equal(0, await stores.CountUnfinishedAsync());
        await Assert.ThrowsAsync<RescaleException>(() => stores.Store.GetPropertiesAsync(key, default));
    }

    [Theory]
    [InlineData("HeadObject")]
    [InlineData("GetObject")]
    public async Task A_stop_with_every_socket_stalled_ends_the_download(string operation)
    {
        await using var fixture = new EngineFixture(Options);
        await using var stores = await SandboxStores.OpenAsync(own.Sandbox);
        var uploaded = await fixture.UploadAsync(stores.Store, EngineFixture.RandomBytes(Length), "transfer/" + Guid.NewGuid());
        await own.Sandbox.SetFaultsAsync($$"""{"target":"s3","operation":"{{operation}}","fault":"stall"}""");
        using var stop = new CancellationTokenSource();
        var download = fixture.DownloadAsync(stores.Store, uploaded, stop: stop.Token);
        await UntilRequestedAsync(operation);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => download.WaitAsync(EngineFixture.Patience));
        await own.Sandbox.ClearFaultsAsync();
        Assert.Equal(["source.bin"], fixture.Folder.Names());
    }

    [Fact]
    public async Task Expired_credentials_cost_one_fetch_however_many_requests_notice()
    {
        await using var fixture = new EngineFixture(Options);
        await using var stores = await SandboxStores.OpenAsync(own.Sandbox);
        var uploaded = await fixture.UploadAsync(stores.Store, EngineFixture.RandomBytes(Length), "transfer/" + Guid.NewGuid());
        Assert.Equal(1, stores.Fetches);
        await own.Sandbox.SetFaultsAsync("""{"target":"s3","operation":"HeadObject","fault":"expireCredentials","times":1}""");
        await fixture.DownloadAsync(stores.Store, uploaded);
        await own.Sandbox.ClearFaultsAsync();
        Assert.Equal(2, stores.Fetches);
    }

    /// <summary>Waits until the fault plan has been hit: until then nothing stalls.</summary>
    private async Task UntilRequestedAsync(string operation)
    {
        using var limit = new CancellationTokenSource(EngineFixture.Patience);
        while (!await own.WasHitAsync(operation)) await Task.Delay(20, limit.Token);
    }

    public sealed class OwnSandbox : IAsyncLifetime
    {
        private long _seen;

        public SandboxFixture Sandbox { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Sandbox = await SandboxFixture.StartAsync();

        /// <summary>Whether a fault has been logged for the operation since the last time this was true.</summary>
        public async Task<bool> WasHitAsync(string operation)
        {
            var log = Path.Combine(Sandbox.DataFolder, "sandbox.log");
            await using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = _seen;
            using var reader = new StreamReader(stream);
            var text = await reader.ReadToEndAsync();
            if (!text.Split('\n').Any(line => line.Contains("fault ", StringComparison.Ordinal) && line.Contains(operation, StringComparison.Ordinal))) return false;
            _seen = stream.Length;
            return true;
        }

        public ValueTask DisposeAsync() => Sandbox.DisposeAsync();
    }
}
