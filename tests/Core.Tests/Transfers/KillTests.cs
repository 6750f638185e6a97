using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Transfers;

public sealed class S3KillTests(S3KillTests.Own own, ITestOutputHelper output) : KillTests(own, output), IClassFixture<S3KillTests.Own>
{
    public sealed class Own() : KillSandbox(SandboxStorage.S3);

    protected override (string Target, string Operation) Reading => ("s3", "GetObject");

    protected override string BytesOf => "s3";
}

public sealed class AzureKillTests(AzureKillTests.Own own, ITestOutputHelper output) : KillTests(own, output), IClassFixture<AzureKillTests.Own>
{
    public sealed class Own() : KillSandbox(SandboxStorage.Azure);

    protected override (string Target, string Operation) Reading => ("azure", "GetBlob");

    protected override string BytesOf => "azure";
}

/// <summary>A sandbox of its own with one kind of storage.</summary>
public abstract class KillSandbox(SandboxStorage storage, double? rateLimitScale = null) : IAsyncLifetime
{
    private SandboxFixture? _sandbox;

    public SandboxFixture Get()
    {
        Assert.SkipWhen(_sandbox is null, "azurite-blob is not on the PATH (npm install --global azurite).");
        return _sandbox!;
    }

    public async ValueTask InitializeAsync()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (storage == SandboxStorage.Azure && !folders.Any(folder => File.Exists(Path.Combine(folder, "azurite-blob")))) return;
        _sandbox = await SandboxFixture.StartAsync(new SandboxOptions { StorageType = storage, RateLimitScale = rateLimitScale });
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _sandbox?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

/// <summary>
/// Whole processes, ended by kill -9 in the middle of a transfer and at every step of its end, and continued by other
/// processes. <c>build.sh soak</c> runs the long form.
/// </summary>
public abstract partial class KillTests(KillSandbox own, ITestOutputHelper output)
{
    private const int Kills = 4;
    private const int Length = (24 << 20) + 4321;
    private const int Part = 5 << 20;

    private SandboxFixture Sandbox => own.Get();

    /// <summary>What the fault plan calls a ranged read.</summary>
    protected abstract (string Target, string Operation) Reading { get; }

    /// <summary>What the sandbox calls the counter of the storage's bytes.</summary>
    protected abstract string BytesOf { get; }

    [Fact]
    public async Task A_download_survives_kills_at_random_moments()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var report = await new KillRounds(Sandbox, BytesOf, seed, Length).DownloadAsync(Kills);
        output.WriteLine($"{report}");
        Assert.Equal(Kills, report.Kills);
        // What was in flight at each kill, which is two chunks of 1 MiB, and one that was not yet noted.
        Assert.InRange(report.Resent, 0, Kills * (3L << 20) + (1 << 20));
    }

    [Theory]
    [InlineData("Begun", 0)]
    [InlineData("Created", 0)]
    [InlineData("Written:3", 0)]
    [InlineData("BeforeRead:9", 4)]
    [InlineData("AfterRead:9", 4)]
    [InlineData("Flushed", 24)]
    [InlineData("Noted", 24)]
    [InlineData("Published", 24)]
    public async Task A_download_that_ends_between_two_steps_goes_on(string point, int leastResumedMebibytes)
    {
        using var folder = new TemporaryFolder();
        var (fileId, content) = await UploadAsync(folder);
        var target = folder.File("target.bin");
        var settings = Settings(folder, target, "", fileId);
        await using (var killed = TransferChild.Start(settings with { KillAt = point }))
        {
            Assert.True(await killed.ExitAsync() is not (0 or 1 or 2), string.Join('\n', killed.Lines));
            Assert.Null(killed.Outcome);
        }

        Assert.Equal(point == "Published", File.Exists(target));
        await using var next = TransferChild.Start(settings);
        Assert.True(await next.ExitAsync() == 0, string.Join('\n', next.Lines));
        Assert.Equal(nameof(Integrity.Verified), next.Outcome!.Integrity);
        Assert.InRange(next.Outcome.ResumedBytes, leastResumedMebibytes << 20, Length);
        Assert.Equal(content, await File.ReadAllBytesAsync(target));
        Assert.Equal(["state", Path.Combine("state", "transfers"), "target.bin"], folder.Names());
    }

    [Fact]
    public async Task A_stop_with_every_socket_stalled_keeps_what_there_is()
    {
        using var folder = new TemporaryFolder();
        var (fileId, content) = await UploadAsync(folder);
        var settings = Settings(folder, folder.File("target.bin"), "", fileId);
        await Sandbox.SetFaultsAsync($$"""{"target":"{{Reading.Target}}","operation":"{{Reading.Operation}}","fault":"stall","skip":9}""");
        await using (var stopped = TransferChild.Start(settings))
        {
            await stopped.UntilAsync(6 << 20);
            stopped.Stop();
            Assert.True(await stopped.ExitAsync() == 2, string.Join('\n', stopped.Lines));
        }

        await Sandbox.ClearFaultsAsync();
        await using var next = TransferChild.Start(settings);
        Assert.True(await next.ExitAsync() == 0, string.Join('\n', next.Lines));
        Assert.InRange(next.Outcome!.ResumedBytes, 6 << 20, Length);
        Assert.Equal(content, await File.ReadAllBytesAsync(settings.LocalPath));
    }

    [Fact]
    public async Task Of_two_processes_at_one_target_the_second_is_turned_away()
    {
        using var folder = new TemporaryFolder();
        var (fileId, content) = await UploadAsync(folder);
        var settings = Settings(folder, folder.File("target.bin"), "", fileId);
        await using var first = TransferChild.Start(settings with { Delay = 300 });
        await first.UntilAsync(1 << 20);
        await using (var second = TransferChild.Start(settings))
        {
            Assert.Equal(1, await second.ExitAsync());
            Assert.Contains(second.Lines, line => line.StartsWith("error " + ErrorIds.TransferInUse, StringComparison.Ordinal));
        }

        Assert.True(await first.ExitAsync() == 0, string.Join('\n', first.Lines));
        Assert.Equal(content, await File.ReadAllBytesAsync(settings.LocalPath));
        Assert.Equal(["state", Path.Combine("state", "transfers"), "target.bin"], folder.Names());
    }

    private async Task<(string FileId, byte[] Content)> UploadAsync(TemporaryFolder folder, int length = Length)
    {
        await using var session = await Sandbox.ConnectAsync();
        await using var engine = session.CreateEngine(new TransferOptions { PartSize = Part });
        var content = EngineFixture.RandomBytes(length);
        await File.WriteAllBytesAsync(folder.File("source.bin"), content);
        using var source = new LocalFileSource(folder.File("source.bin"));
        var uploaded = await session.Library.UploadAsync(engine, source, $"kill-{Guid.NewGuid():n}.bin", null, default);
        File.Delete(folder.File("source.bin"));
        return (uploaded.Id, content);
    }

    private TransferSettings Settings(TemporaryFolder folder, string path, string name, string? fileId) => new(
        Sandbox.Instance.ApiUrl.AbsoluteUri, Sandbox.Instance.ApiKey, Sandbox.Instance.CertificatePath, folder.File("state"), path, name, fileId);
}
