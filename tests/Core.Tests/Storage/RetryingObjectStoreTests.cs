using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class RetryingObjectStoreTests
{
    private static readonly IReadOnlyDictionary<string, string> Metadata = S3Scripting.Metadata();

    [Fact]
    public async Task Ten_attempts_with_the_waits_of_the_policy()
    {
        var time = new ManualTime();
        var memory = new InMemoryObjectStore();
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(StoreOperation.Put, StoreFaultKind.Before));
        await using var store = new RetryingObjectStore(faulty, new RetryPolicy(() => 0.5, time));

        var failure = await Assert.ThrowsAsync<RescaleException>(() => time.RunAsync(store.PutAsync("key", new byte[5], Metadata, default)));

        Assert.Equal(ErrorIds.StorageUnreachable, failure.ErrorId);
        Assert.Equal(10, faulty.Hits);
        // The first repetition at once, then half of 0.4, 0.8, 1.6 ... up to half of 15 s.
        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 7.5, 7.5], time.Waits.Select(wait => Math.Round(wait.TotalSeconds, 3)));
    }

    [Fact]
    public async Task What_the_server_asks_for_is_waited()
    {
        var time = new ManualTime();
        var faulty = new FaultInjectingObjectStore(new InMemoryObjectStore(), 1, new StoreFault(StoreOperation.Put, StoreFaultKind.Before, Times: 1,
            Failure: () => new RescaleException(ErrorIds.StorageFault, ErrorKind.RateLimited, "slow") { Behavior = ErrorBehavior.Retry, RetryAfter = TimeSpan.FromSeconds(9) }));
        await using var store = new RetryingObjectStore(faulty, new RetryPolicy(() => 0, time));
        await time.RunAsync(store.PutAsync("key", new byte[5], Metadata, default));
        Assert.Equal([TimeSpan.FromSeconds(9)], time.Waits);
    }

    [Fact]
    public async Task A_fatal_error_is_not_repeated()
    {
        var faulty = new FaultInjectingObjectStore(new InMemoryObjectStore(), 1,
            new StoreFault(StoreOperation.Begin, StoreFaultKind.Before, Failure: StoreFault.Fatal));
        await using var store = new RetryingObjectStore(faulty, S3Scripting.Hasty);
        await Assert.ThrowsAsync<RescaleException>(() => store.BeginAsync("key", Metadata, default));
        Assert.Equal(1, faulty.Hits);
    }

    [Fact]
    public async Task A_credential_error_is_repeated_once_after_a_second()
    {
        var time = new ManualTime();
        var faulty = new FaultInjectingObjectStore(new InMemoryObjectStore(), 1,
            new StoreFault(StoreOperation.Put, StoreFaultKind.Before, Failure: StoreFault.ExpiredToken));
        await using var store = new RetryingObjectStore(faulty, new RetryPolicy(() => 0.5, time));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => time.RunAsync(store.PutAsync("key", new byte[5], Metadata, default)));
        Assert.Equal(ErrorIds.StorageCredentialsRejected, failure.ErrorId);
        Assert.Equal(2, faulty.Hits);
        Assert.Equal([TimeSpan.FromSeconds(1)], time.Waits);
    }

    [Fact]
    public async Task Nothing_starts_on_a_cancelled_token()
    {
        var counting = new CountingObjectStore(new InMemoryObjectStore());
        await using var store = new RetryingObjectStore(counting, S3Scripting.Hasty);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync("key", new byte[5], Metadata, stop.Token));
        Assert.Equal(0, counting.AllRequests);
    }

    [Fact]
    public async Task A_stop_ends_the_wait_between_attempts()
    {
        using var stop = new CancellationTokenSource();
        var faulty = new FaultInjectingObjectStore(new InMemoryObjectStore(), 1, new StoreFault(StoreOperation.Put, StoreFaultKind.Before));
        // A clock that stands still: the wait ends by the stop or never.
        await using var store = new RetryingObjectStore(faulty, new RetryPolicy(() => 1, new ManualTime()));
        var put = store.PutAsync("key", new byte[5], Metadata, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put.WaitAsync(TestPatience.Long));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lost_reply_to_a_commit_is_resolved_by_asking(bool withMetadata)
    {
        var memory = new InMemoryObjectStore();
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(StoreOperation.Commit, StoreFaultKind.LoseReply));
        var counting = new CountingObjectStore(faulty);
        await using var store = new RetryingObjectStore(counting, S3Scripting.Hasty);
        var upload = await store.BeginAsync("key", withMetadata ? Metadata : new Dictionary<string, string>(), default);
        var parts = new[] { await store.WritePartAsync(upload, 1, new byte[32], default), await store.WritePartAsync(upload, 2, new byte[5], default) };

        var etag = await store.CommitAsync(upload, parts, default);

        Assert.Equal((await memory.GetPropertiesAsync("key", default)).ETag, etag);
        Assert.Equal(1, counting.Requests(StoreOperation.Commit));
    }

    [Fact]
    public async Task An_object_of_somebody_else_is_not_taken_for_the_result()
    {
        var memory = new InMemoryObjectStore();
        memory.Set("key", new byte[37], S3Scripting.Metadata("b3RoZXI="));
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(StoreOperation.Commit, StoreFaultKind.Before, Times: 1));
        var counting = new CountingObjectStore(faulty);
        await using var store = new RetryingObjectStore(counting, S3Scripting.Hasty);
        var upload = await store.BeginAsync("key", Metadata, default);
        var parts = new[] { await store.WritePartAsync(upload, 1, new byte[32], default), await store.WritePartAsync(upload, 2, new byte[5], default) };

        await store.CommitAsync(upload, parts, default);

        Assert.Equal(2, counting.Requests(StoreOperation.Commit));
        Assert.Equal(Metadata["iv"], memory.GetMetadata("key")["iv"]);
    }

    [Fact]
    public async Task An_upload_that_vanished_without_an_object_is_an_error()
    {
        var memory = new InMemoryObjectStore();
        await using var store = new RetryingObjectStore(memory, S3Scripting.Hasty);
        var upload = await store.BeginAsync("key", Metadata, default);
        var part = await store.WritePartAsync(upload, 1, new byte[32], default);
        await store.AbortAsync(upload, default);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.CommitAsync(upload, [part], default));
        Assert.Equal(ErrorIds.UploadVanished, failure.ErrorId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_look_up_that_fails_adds_one_request_to_each_commit_and_hides_no_failure(bool refused)
    {
        var faulty = new FaultInjectingObjectStore(new InMemoryObjectStore(), 1,
            new StoreFault(StoreOperation.Commit, StoreFaultKind.Before, Failure: StoreFault.SlowDown),
            new StoreFault(StoreOperation.Properties, StoreFaultKind.Before, Failure: refused ? StoreFault.NotKnown : null));
        var counting = new CountingObjectStore(faulty);
        await using var store = new RetryingObjectStore(counting, S3Scripting.Hasty);
        var upload = await store.BeginAsync("key", Metadata, default);
        var part = await store.WritePartAsync(upload, 1, new byte[32], default);

        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.CommitAsync(upload, [part], default));

        Assert.Equal((ErrorIds.StorageFault, 503), (failure.ErrorId, failure.StatusCode));
        Assert.Equal((10, 10), (counting.Requests(StoreOperation.Commit), counting.Requests(StoreOperation.Properties)));
    }

    [Fact]
    public async Task A_vanished_upload_whose_object_may_not_be_looked_for_is_known_as_vanished()
    {
        var memory = new InMemoryObjectStore();
        var faulty = new FaultInjectingObjectStore(memory, 1, new StoreFault(StoreOperation.Properties, StoreFaultKind.Before, Failure: StoreFault.NotKnown));
        await using var store = new RetryingObjectStore(faulty, new RetryPolicy(() => 0, new SkippingTime(TimeSpan.FromMinutes(1))));
        var upload = await store.BeginAsync("key", Metadata, default);
        var part = await store.WritePartAsync(upload, 1, new byte[32], default);
        await store.AbortAsync(upload, default);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.CommitAsync(upload, [part], default));
        Assert.Equal(ErrorIds.UploadVanished, failure.ErrorId);
    }

    [Fact]
    public async Task A_vanished_upload_is_looked_for_until_there_is_an_answer()
    {
        var memory = new InMemoryObjectStore();
        var faulty = new FaultInjectingObjectStore(memory, 1,
            new StoreFault(StoreOperation.Commit, StoreFaultKind.LoseReply, Times: 1), new StoreFault(StoreOperation.Properties, StoreFaultKind.Before, Times: 5));
        await using var store = new RetryingObjectStore(faulty, S3Scripting.Hasty with { Time = new SkippingTime(TimeSpan.FromMinutes(1)) });
        var upload = await store.BeginAsync("key", Metadata, default);
        var part = await store.WritePartAsync(upload, 1, new byte[32], default);
        Assert.NotEmpty(await store.CommitAsync(upload, [part], default));
        Assert.Equal(6, faulty.Hits);
    }
}
