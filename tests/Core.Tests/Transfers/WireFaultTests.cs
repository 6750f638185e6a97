using System.Diagnostics;
using System.Text.Json.Nodes;
using RescaleInterlink.Core.Tests.Storage;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

public sealed class S3WireFaultTests(S3WireFaultTests.Own own, ITestOutputHelper output) : WireFaultTests(own, output), IClassFixture<S3WireFaultTests.Own>
{
    public sealed class Own() : KillSandbox(SandboxStorage.S3);

    protected override string Target => "s3";

    protected override string Operation(string step) => step switch
    {
        "begin" => "CreateMultipartUpload",
        "part" => "UploadPart",
        "commit" => "CompleteMultipartUpload",
        "put" => "PutObject",
        "properties" => "HeadObject",
        _ => "GetObject",
    };

    protected override (int Status, string Code) LostUpload => (404, "NoSuchUpload");

    protected override (int Status, string Code, string Id) LostPart => (404, "NoSuchUpload", ErrorIds.UploadVanished);

    protected override (int Status, string Code) Skewed => (403, "RequestTimeTooSkewed");

    /// <summary>No single part can be taken away; one that was written over is none of this upload either.</summary>
    protected override Task LosePartAsync(IObjectStore store, MultipartUpload upload, IReadOnlyList<StoredPart> parts) =>
        store.WritePartAsync(upload, parts[1].PartNumber, new byte[parts[1].Length], default);

    protected override string? Code(int status) => status switch
    {
        400 => "RequestTimeout",
        403 => "AccessDenied",
        404 => "NoSuchKey",
        412 => "PreconditionFailed",
        416 => "InvalidRange",
        307 => "TemporaryRedirect",
        _ => null,
    };
}

public sealed class AzureWireFaultTests(AzureWireFaultTests.Own own, ITestOutputHelper output) : WireFaultTests(own, output), IClassFixture<AzureWireFaultTests.Own>
{
    public sealed class Own() : KillSandbox(SandboxStorage.Azure);

    protected override string Target => "azure";

    protected override string Operation(string step) => step switch
    {
        // Azure has no request that begins an upload: its first one writes a block, also of a small file.
        "begin" or "part" or "put" => "PutBlock",
        "commit" => "PutBlockList",
        "properties" => "GetProperties",
        _ => "GetBlob",
    };

    protected override (int Status, string Code) LostUpload => (400, "InvalidBlockList");

    protected override (int Status, string Code, string Id) LostPart => (404, "ContainerNotFound", ErrorIds.StorageRejected);

    // A signature that is not yet valid has no code of its own.
    protected override (int Status, string Code) Skewed => (403, "AuthenticationFailed");

    /// <summary>A commit of the other blocks drops this one; they are then put where they were.</summary>
    protected override async Task LosePartAsync(IObjectStore store, MultipartUpload upload, IReadOnlyList<StoredPart> parts)
    {
        await store.CommitAsync(upload, [parts[0]], default);
        var content = new byte[parts[0].Length];
        await store.ReadRangeAsync(upload.Key, 0, content, null, default);
        await store.DeleteAsync(upload.Key, default);
        await store.WritePartAsync(upload, parts[0].PartNumber, content, default);
        Assert.Equal([parts[0]], await store.ListPartsAsync(upload, default).ToListAsync());
    }

    protected override string? Code(int status) => status switch
    {
        400 => "IncompleteBody",
        403 => "AuthenticationFailed",
        404 => "BlobNotFound",
        412 => "ConditionNotMet",
        416 => "InvalidRange",
        307 => "TemporaryRedirect",
        _ => null,
    };
}

/// <summary>
/// The failure list of docs/reliability.md over real sockets, for each kind of storage: every kind of fault at every step of a file
/// of a few parts and chunks, up and down. The outcome is the file, byte for byte, or one error and nothing at the target.
/// </summary>
public abstract partial class WireFaultTests(KillSandbox own, ITestOutputHelper output)
{
    private const int Part = 5 << 20;
    private const int Length = Part + 12_345;

    private static readonly TransferOptions Options = new(4, 4, 64 << 20) { PartSize = Part, ChunkSize = 512 << 10 };

    // Only where a silence is what is tested: on a busy machine real answers take seconds, too.
    private static readonly StoreTimeouts ShortSilence = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));

    // A commit may take its time, so that only the limit of a whole request ends one.
    private static readonly StoreTimeouts ShortCommit = ShortSilence with { Part = TimeSpan.FromSeconds(4) };

    /// <summary>Listener of the fault plan.</summary>
    protected abstract string Target { get; }

    /// <summary>What the storage says at the commit of an upload that it no longer knows.</summary>
    protected abstract (int Status, string Code) LostUpload { get; }

    /// <summary>What it says when a part comes too late, and what that is to the engine.</summary>
    protected abstract (int Status, string Code, string Id) LostPart { get; }

    /// <summary>What it says to a clock that is wrong.</summary>
    protected abstract (int Status, string Code) Skewed { get; }

    /// <summary>Makes the second of the parts one that the storage does not have.</summary>
    protected abstract Task LosePartAsync(IObjectStore store, MultipartUpload upload, IReadOnlyList<StoredPart> parts);

    /// <summary>What the storage calls a status; null for what the sandbox chooses.</summary>
    protected abstract string? Code(int status);

    /// <param name="step">begin, part, commit, put (of a small file), properties or read.</param>
    protected abstract string Operation(string step);

    private static StoreTimeouts TimeoutsFor(string step, string fault)
        => fault != "stall" ? StoreTimeouts.Default : step == "commit" ? ShortCommit : ShortSilence;

    [Theory]
    [InlineData("begin", "resetBefore", 0, 1)]
    [InlineData("begin", "resetAfter", 0, 1)]
    [InlineData("part", "resetBefore", 0, 3)]
    [InlineData("part", "resetDuring", 1, 2)]
    [InlineData("part", "resetAfter", 1, 2)]
    [InlineData("part", "loseReply", 1, 2)]
    [InlineData("part", "okWithError", 1, 2)]
    [InlineData("part", "stall", 1, 1)]
    [InlineData("part", "expireCredentials", 1, 1)]
    [InlineData("commit", "resetBefore", 0, 1)]
    [InlineData("commit", "resetAfter", 0, 1)]
    [InlineData("commit", "loseReply", 0, 1)]
    [InlineData("commit", "okWithError", 0, 1)]
    [InlineData("commit", "stall", 0, 1)]
    [InlineData("commit", "expireCredentials", 0, 1)]
    [InlineData("properties", "resetBefore", 0, 2)]
    [InlineData("properties", "resetAfter", 0, 1)]
    [InlineData("properties", "expireCredentials", 0, 1)]
    [InlineData("read", "okWithError", 1, 2)]
    [InlineData("read", "resetBefore", 1, 3)]
    [InlineData("read", "resetDuring", 1, 3)]
    [InlineData("read", "resetAfter", 1, 2)]
    [InlineData("read", "truncate", 1, 3)]
    [InlineData("read", "oversize", 1, 3)]
    [InlineData("read", "stall", 2, 1)]
    [InlineData("read", "expireCredentials", 3, 1)]
    public async Task A_passing_fault_is_survived(string step, string fault, int skip, int times)
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), TimeoutsFor(step, fault));
        var content = RandomContent();
        var key = "faults/" + Guid.NewGuid();
        await own.Get().SetFaultsAsync(Rule(step, fault, 0, null, skip, times));
        try
        {
            var uploaded = await fixture.UploadAsync(account.Store, content, key);
            var downloaded = await fixture.DownloadAsync(account.Store, uploaded);
            Assert.Equal(Integrity.Verified, downloaded.Integrity);
            Assert.Equal([times], await own.Get().GetFiredFaultsAsync());
        }
        finally
        {
            await own.Get().ClearFaultsAsync();
        }

        Assert.True(File.ReadAllBytes(fixture.Folder.File("target.bin")).AsSpan().SequenceEqual(content));
        Assert.Empty(await account.Store.ListUploadsAsync(key, default).ToListAsync());
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("part")]
    [InlineData("commit")]
    [InlineData("properties")]
    [InlineData("read")]
    public async Task Every_status_that_passes_is_survived(string step)
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        var content = RandomContent();
        // A HEAD has no body to say what kind of 400 it is.
        int[] statuses = [.. step == "properties" ? Array.Empty<int>() : [400], 408, 429, 500, 502, 503, 504];
        await own.Get().SetFaultsAsync([.. statuses.Select(status => Rule(step, "status", status, null, 0, 1))]);
        var uploaded = await fixture.UploadAsync(account.Store, content, "faults/" + Guid.NewGuid());
        await fixture.DownloadAsync(account.Store, uploaded);
        Assert.Equal(statuses.Select(_ => 1L), await own.Get().GetFiredFaultsAsync());
        await own.Get().ClearFaultsAsync();
        Assert.True(File.ReadAllBytes(fixture.Folder.File("target.bin")).AsSpan().SequenceEqual(content));
    }

    [Theory]
    [InlineData("put", "status", 503)]
    [InlineData("put", "resetDuring", 0)]
    [InlineData("put", "loseReply", 0)]
    [InlineData("put", "okWithError", 0)]
    [InlineData("put", "stall", 0)]
    [InlineData("put", "expireCredentials", 0)]
    [InlineData("read", "status", 503)]
    [InlineData("read", "resetDuring", 0)]
    [InlineData("read", "truncate", 0)]
    [InlineData("read", "oversize", 0)]
    [InlineData("read", "okWithError", 0)]
    [InlineData("read", "stall", 0)]
    [InlineData("read", "expireCredentials", 0)]
    public async Task A_passing_fault_of_a_small_file_is_survived(string step, string fault, int status)
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), TimeoutsFor(step, fault));
        var content = EngineFixture.RandomBytes(54_321, Seed());
        await own.Get().SetFaultsAsync(Rule(step, fault, status, null, 0, 1));
        var uploaded = await fixture.UploadAsync(account.Store, content, "faults/" + Guid.NewGuid());
        await fixture.DownloadAsync(account.Store, uploaded);
        Assert.Equal([1], await own.Get().GetFiredFaultsAsync());
        await own.Get().ClearFaultsAsync();
        Assert.Equal(content, await File.ReadAllBytesAsync(fixture.Folder.File("target.bin"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_wait_that_the_storage_asks_for_is_kept()
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        // One after the other: none of these requests begins before the one above has its answer.
        // The first look at the object follows the commit that failed.
        (string Step, int Status, int Skip)[] asked = [("part", 429, 0), ("commit", 503, 0), ("properties", 500, 1), ("read", 503, 0)];
        await own.Get().SetFaultsAsync([.. asked.Select(one => Rule(one.Step, "status", one.Status, null, one.Skip, 1, retryAfter: 1))]);
        var begun = Stopwatch.GetTimestamp();
        var uploaded = await fixture.UploadAsync(account.Store, RandomContent(), "faults/" + Guid.NewGuid());
        await fixture.DownloadAsync(account.Store, uploaded);
        // Without being asked, the first repetition follows at once.
        Assert.True(Stopwatch.GetElapsedTime(begun) > asked.Length * TimeSpan.FromSeconds(0.95));
        Assert.Equal(asked.Select(_ => 1L), await own.Get().GetFiredFaultsAsync());
        await own.Get().ClearFaultsAsync();
    }

    [Fact]
    public async Task Three_of_ten_requests_may_be_refused()
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        var content = RandomContent();
        output.WriteLine("seed of the fault plan 1");
        await own.Get().SetFaultsAsync(new JsonObject { ["target"] = Target, ["fault"] = "status", ["status"] = 503, ["probability"] = 0.3 }.ToJsonString());
        var uploaded = await fixture.UploadAsync(account.Store, content, "faults/" + Guid.NewGuid());
        await fixture.DownloadAsync(account.Store, uploaded);
        await own.Get().ClearFaultsAsync();
        Assert.True(File.ReadAllBytes(fixture.Folder.File("target.bin")).AsSpan().SequenceEqual(content));
    }

    [Fact]
    public async Task Expired_credentials_cost_one_fetch_however_many_requests_notice()
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        var uploaded = await fixture.UploadAsync(account.Store, RandomContent(), "faults/" + Guid.NewGuid());
        Assert.Equal(1, account.Fetches);
        await own.Get().SetFaultsAsync(Rule("properties", "expireCredentials", 0, null, 0, 1));
        await fixture.DownloadAsync(account.Store, uploaded);
        await own.Get().ClearFaultsAsync();
        Assert.Equal(2, account.Fetches);
    }

    [Theory]
    [InlineData("properties", "status", 404, 0, ErrorIds.ObjectNotFound)]
    [InlineData("properties", "status", 403, 0, ErrorIds.StorageCredentialsRejected)]
    [InlineData("read", "status", 404, 2, ErrorIds.ObjectNotFound)]
    [InlineData("read", "status", 403, 2, ErrorIds.StorageCredentialsRejected)]
    [InlineData("read", "status", 412, 2, ErrorIds.ObjectChanged)]
    [InlineData("read", "status", 416, 2, ErrorIds.ObjectChanged)]
    [InlineData("read", "status", 307, 2, ErrorIds.StorageRejected)]
    [InlineData("read", "objectChanged", 0, 3, ErrorIds.ObjectChanged)]
    public async Task A_lasting_fault_of_a_download_is_one_error_and_leaves_nothing(string step, string fault, int status, int skip, string id)
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        var uploaded = await fixture.UploadAsync(account.Store, RandomContent(), "faults/" + Guid.NewGuid());
        await own.Get().SetFaultsAsync(Rule(step, fault, status, null, skip, fault == "objectChanged" ? 1 : null));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.DownloadAsync(account.Store, uploaded));
        await own.Get().ClearFaultsAsync();
        Assert.Equal(id, failure.ErrorId);
        Assert.Equal(["source.bin"], fixture.Folder.Names());
    }

    [Theory]
    [InlineData("part", "refused")]
    [InlineData("part", "skewed")]
    [InlineData("part", "moved")]
    [InlineData("part", "lost")]
    [InlineData("commit", "refused")]
    [InlineData("commit", "moved")]
    [InlineData("commit", "lost")]
    public async Task A_lasting_fault_of_an_upload_is_one_error_and_makes_no_object(string step, string answer)
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        var key = "faults/" + Guid.NewGuid();
        var (status, code, id) = (step, answer) switch
        {
            (_, "refused") => (403, null, ErrorIds.StorageCredentialsRejected),
            (_, "skewed") => (Skewed.Status, Skewed.Code, ErrorIds.StorageCredentialsRejected),
            (_, "moved") => (307, (string?)null, ErrorIds.StorageRejected),
            ("part", _) => LostPart,
            _ => (LostUpload.Status, LostUpload.Code, ErrorIds.UploadVanished),
        };
        await own.Get().SetFaultsAsync(Rule(step, "status", status, code, 0, null));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => fixture.UploadAsync(account.Store, RandomContent(), key));
        await own.Get().ClearFaultsAsync();
        Assert.Equal(id, failure.ErrorId);
        var missing = await Assert.ThrowsAsync<RescaleException>(() => account.Store.GetPropertiesAsync(key, default));
        Assert.Equal(ErrorIds.ObjectNotFound, missing.ErrorId);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Length)]
    public async Task A_wrong_key_and_a_flipped_bit_leave_nothing(int length)
    {
        await using var fixture = new EngineFixture(Options);
        await using var account = await AccountStores.OpenAsync(own.Get(), StoreTimeouts.Default);
        var seed = Seed();
        var uploaded = await fixture.UploadAsync(account.Store, EngineFixture.RandomBytes(length, seed), "faults/" + Guid.NewGuid());
        await RequireFailureAsync(ErrorIds.DecryptionFailed, uploaded with { EncryptionKey = KeyMaterial.NewKey() });
        var stored = await account.Store.GetPropertiesAsync(uploaded.Key, default);
        var damaged = new byte[stored.Length];
        await account.Store.ReadRangeAsync(uploaded.Key, 0, damaged, null, default);
        // Not in the last two blocks, where it would be the padding that is wrong.
        damaged[new Random(seed).Next(damaged.Length - 32)] ^= 1;
        await account.Store.PutAsync(uploaded.Key, damaged, stored.Metadata, default);
        await RequireFailureAsync(ErrorIds.ChecksumMismatch, uploaded);

        async Task RequireFailureAsync(string id, UploadResult file)
        {
            Assert.Equal(id, (await Assert.ThrowsAsync<RescaleException>(() => fixture.DownloadAsync(account.Store, file))).ErrorId);
            Assert.Equal(["source.bin"], fixture.Folder.Names());
        }
    }

    private string Rule(string step, string fault, int status, string? code, int skip, int? times, int retryAfter = 0)
    {
        var rule = new JsonObject { ["target"] = Target, ["operation"] = Operation(step), ["fault"] = fault, ["skip"] = skip };
        if (status > 0) rule["status"] = status;
        if ((code ?? Code(status)) is { } named) rule["code"] = named;
        if (times is not null) rule["times"] = times;
        if (retryAfter > 0) rule["retryAfterSeconds"] = retryAfter;
        return rule.ToJsonString();
    }

    private byte[] RandomContent() => EngineFixture.RandomBytes(Length, Seed());

    private int Seed()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return seed;
    }
}
