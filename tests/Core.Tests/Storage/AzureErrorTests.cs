using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class AzureErrorTests
{
    private static MultipartUpload Upload => new("a key", "", S3Scripting.Metadata());

    [Theory]
    [InlineData(403, "AuthenticationFailed", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(403, "AuthorizationFailure", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(403, "AuthorizationPermissionMismatch", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(401, "NoAuthenticationInformation", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(400, "InvalidAuthenticationInfo", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(503, "ServerBusy", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(500, "OperationTimedOut", ErrorIds.StorageTimeout, ErrorBehavior.Retry)]
    [InlineData(500, "InternalError", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(429, "TooManyRequests", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(408, "RequestTimeout", ErrorIds.StorageTimeout, ErrorBehavior.Retry)]
    [InlineData(502, "Gateway", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(400, "Md5Mismatch", ErrorIds.StorageTimeout, ErrorBehavior.Retry)]
    [InlineData(501, "NotImplemented", ErrorIds.StorageNotSupported, ErrorBehavior.Fatal)]
    [InlineData(404, "ContainerNotFound", ErrorIds.StorageRejected, ErrorBehavior.Fatal)]
    [InlineData(409, "BlobArchived", ErrorIds.StorageRejected, ErrorBehavior.Fatal)]
    [InlineData(413, "RequestBodyTooLarge", ErrorIds.StorageRejected, ErrorBehavior.Fatal)]
    [InlineData(400, "InvalidBlobOrBlock", ErrorIds.StorageRejected, ErrorBehavior.Fatal)]
    [InlineData(307, "TemporaryRedirect", ErrorIds.StorageRejected, ErrorBehavior.Fatal)]
    public async Task A_refused_block_is_classified(int status, string code, string id, ErrorBehavior behavior)
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Error(status, code, ("Location", "http://127.0.0.1:1/")));
        await using var store = AzureScripting.Open(server.Url);

        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.WritePartAsync(Upload, 1, new byte[100], default));

        Assert.Equal((id, behavior, status), (failure.ErrorId, failure.Behavior, failure.StatusCode));
        Assert.Contains(code, failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.RecommendedAction);
        Assert.Single(server.Requests);
        AssertNoSecret(failure);
    }

    [Theory]
    [InlineData(404, "BlobNotFound", ErrorIds.ObjectNotFound)]
    [InlineData(412, "ConditionNotMet", ErrorIds.ObjectChanged)]
    [InlineData(416, "InvalidRange", ErrorIds.ObjectChanged)]
    public async Task A_refused_read_is_classified(int status, string code, string id)
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Error(status, code));
        await using var store = AzureScripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 16, new byte[16], "\"e\"", default));
        Assert.Equal((id, ErrorBehavior.Fatal), (failure.ErrorId, failure.Behavior));
        Assert.Equal("bytes=16-31", server.Requests[0].Headers["x-ms-range"]);
        Assert.Equal("\"e\"", server.Requests[0].Headers["If-Match"]);
        AssertNoSecret(failure);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(302)]
    public async Task A_page_of_something_in_between_says_nothing_of_the_blob(int status)
    {
        await using var server = S3Scripting.Serve((_, _) => new S3Reply(
            status, "<!DOCTYPE html><html><body>Please log in<br></body></html>"u8.ToArray(), [("Content-Type", "text/html"), ("Location", "http://127.0.0.1:1/login")]));
        await using var store = AzureScripting.Open(server.Url);
        Func<Task>[] requests =
        [
            () => store.ReadRangeAsync("key", 0, new byte[16], null, default),
            () => store.WritePartAsync(Upload, 1, new byte[16], default),
            () => store.ListPartsAsync(Upload, default).ToListAsync().AsTask(),
            () => store.CommitAsync(Upload, [new StoredPart(1, "", 16)], default),
            () => store.DeleteAsync("key", default),
        ];
        foreach (var request in requests)
        {
            var failure = await Assert.ThrowsAsync<RescaleException>(request);
            Assert.Equal((ErrorIds.StorageRejected, ErrorKind.Protocol, status), (failure.ErrorId, failure.Kind, failure.StatusCode));
            AssertNoSecret(failure);
        }
    }

    [Fact]
    public async Task A_refused_HEAD_that_speaks_of_XML_keeps_its_status()
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Error(404, "BlobNotFound"));
        await using var store = AzureScripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("key", default));
        Assert.Equal((ErrorIds.ObjectNotFound, 404), (failure.ErrorId, failure.StatusCode));
    }

    [Theory]
    [InlineData(400, "InvalidBlockList")]
    [InlineData(404, "BlobNotFound")]
    public async Task A_commit_without_its_blocks_has_lost_its_upload(int status, string code)
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Error(status, code));
        await using var store = AzureScripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.CommitAsync(Upload, [new StoredPart(1, "", 5)], default));
        Assert.Equal(ErrorIds.UploadVanished, failure.ErrorId);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    public async Task Another_success_than_the_one_of_the_request_is_none(int status)
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Error(status, "InternalError"));
        await using var store = AzureScripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.CommitAsync(Upload, [new StoredPart(1, "", 5)], default));
        Assert.Equal(ErrorBehavior.Retry, failure.Behavior);
        AssertNoSecret(failure);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retry_After_is_kept_in_both_its_forms(bool date)
    {
        var asked = date ? DateTimeOffset.UtcNow.AddMinutes(5).ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "300";
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Error(503, "ServerBusy", ("Retry-After", asked)));
        await using var azure = AzureScripting.Open(server.Url);
        await using var s3 = S3Scripting.Open(server.Url);
        foreach (var store in new IObjectStore[] { azure, s3 })
        {
            var failure = await Assert.ThrowsAsync<RescaleException>(() => store.WritePartAsync(Upload, 1, new byte[10], default));
            Assert.True(failure.RetryAfter is not null, $"{store.Capabilities.Name}: {failure.Message}");
            Assert.InRange(failure.RetryAfter!.Value, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(5));
        }
    }

    [Theory]
    [InlineData(50, null)]
    [InlineData(50, 100L)]
    [InlineData(200, null)]
    public async Task A_body_of_another_length_is_refused_and_not_fetched_again_below_the_owner_of_retries(int sent, long? declared)
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Range(new byte[sent], declared, reset: declared is not null));
        await using var store = AzureScripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 0, new byte[100], null, default));
        Assert.Equal(ErrorBehavior.Retry, failure.Behavior);
        Assert.Single(server.Requests);
        AssertNoSecret(failure);
    }

    [Fact]
    public async Task A_range_that_ends_beyond_the_object_is_a_changed_object()
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Range(new byte[40], offset: 10, total: 50));
        await using var azure = AzureScripting.Open(server.Url);
        await using var s3 = S3Scripting.Open(server.Url);
        foreach (var store in new IObjectStore[] { azure, s3 })
            Assert.Equal(ErrorIds.ObjectChanged, (await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 10, new byte[100], null, default))).ErrorId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broken_connection_is_worth_another_try(bool beforeHead)
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Range(new byte[10], 100, reset: true) with { NoHead = beforeHead });
        await using var store = AzureScripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 0, new byte[100], null, default));
        Assert.Equal((ErrorIds.StorageUnreachable, ErrorBehavior.Retry), (failure.ErrorId, failure.Behavior));
        AssertNoSecret(failure);
    }

    [Fact]
    public async Task A_closed_port_is_unreachable()
    {
        await using var store = AzureScripting.Open(ScriptedServer.ClosedPort());
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("key", default));
        Assert.Equal(ErrorIds.StorageUnreachable, failure.ErrorId);
        Assert.Contains("ConnectionRefused", failure.Message, StringComparison.Ordinal);
        AssertNoSecret(failure);
    }

    [Fact]
    public async Task An_unknown_host_is_unreachable()
    {
        await using var store = AzureScripting.Open(new Uri("http://no-such-host.invalid:9"));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("key", default));
        Assert.Equal((ErrorIds.StorageUnreachable, ErrorBehavior.Retry), (failure.ErrorId, failure.Behavior));
        AssertNoSecret(failure);
    }

    [Fact]
    public async Task An_unknown_certificate_is_not_trusted()
    {
        await using var server = new UntrustedServer();
        await using var store = AzureScripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("key", default));
        Assert.Equal((ErrorIds.CertificateRejected, ErrorBehavior.Fatal), (failure.ErrorId, failure.Behavior));
        AssertNoSecret(failure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stalled_socket_times_out(bool beforeHead)
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Range(new byte[10], 100, stall: true) with { NoHead = beforeHead });
        await using var store = AzureScripting.Open(server.Url, S3Scripting.Impatient);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 0, new byte[100], null, default));
        Assert.Equal((ErrorIds.StorageTimeout, ErrorBehavior.Retry), (failure.ErrorId, failure.Behavior));
        AssertNoSecret(failure);
    }

    [Fact]
    public async Task An_error_whose_text_never_ends_is_stopped()
    {
        await using var server = S3Scripting.Serve((_, _) => AzureScripting.Error(403, "AuthenticationFailed") with { DeclaredLength = 10_000, Stall = true });
        await using var store = AzureScripting.Open(server.Url, S3Scripting.Impatient);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.WritePartAsync(Upload, 1, new byte[100], default).WaitAsync(TestPatience.Long));
        Assert.Equal(ErrorIds.StorageTimeout, failure.ErrorId);
    }

    [Fact]
    public async Task A_stop_ends_a_stalled_request()
    {
        using var stop = new CancellationTokenSource();
        await using var server = S3Scripting.Serve((_, _) =>
        {
            stop.CancelAfter(10);
            return new S3Reply(NoHead: true, Stall: true);
        });
        await using var store = AzureScripting.Open(server.Url);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            store.ReadRangeAsync("key", 0, new byte[100], null, stop.Token).WaitAsync(TestPatience.Long));
    }

    [Fact]
    public async Task Refused_credentials_are_replaced_and_an_upset_connection_is_survived()
    {
        await using var server = S3Scripting.Serve((_, number) => number switch
        {
            0 => AzureScripting.Error(403, "AuthenticationFailed"),
            1 => new S3Reply(400),
            _ => AzureScripting.Created(),
        });
        var forced = new List<bool>();
        await using var store = new RetryingObjectStore(AzureScripting.Open(server.Url, credentials: (force, _) =>
        {
            forced.Add(force);
            return Task.FromResult(AzureScripting.Sas(forced.Count));
        }), S3Scripting.Hasty);
        await store.WritePartAsync(Upload, 1, new byte[10], default);
        Assert.Equal([false, true], forced);
        Assert.Contains("gen=1", server.Requests[0].Target, StringComparison.Ordinal);
        Assert.Contains("gen=2", server.Requests[1].Target, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData("aXY=", 1)]
    [InlineData("b3RoZXI=", 2)]
    public async Task A_commit_whose_reply_is_lost_is_known_by_length_and_metadata(string iv, int commits)
    {
        var count = 0;
        await using var server = S3Scripting.Serve((request, _) => request.Method == "HEAD"
            ? AzureScripting.Properties(5, iv)
            : ++count == 1 ? new S3Reply(NoHead: true, Reset: true) : AzureScripting.Created("\"0x2\""));
        await using var store = new RetryingObjectStore(AzureScripting.Open(server.Url), S3Scripting.Hasty);
        var etag = await store.CommitAsync(Upload, [new StoredPart(1, "", 5)], default);
        Assert.Equal(commits == 1 ? "\"0x9\"" : "\"0x2\"", etag);
        Assert.Equal(commits, count);
    }

    private static void AssertNoSecret(RescaleException failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            Assert.DoesNotContain(AzureScripting.Secret, cause.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("sig=", cause.ToString(), StringComparison.Ordinal);
            Assert.Empty(cause.Data);
        }
    }
}
