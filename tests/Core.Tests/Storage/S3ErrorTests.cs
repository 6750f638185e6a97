using System.Net;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class S3ErrorTests
{
    [Theory]
    [InlineData(400, "ExpiredToken", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(400, "InvalidToken", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(403, "InvalidAccessKeyId", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(403, "AccessDenied", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(403, "SignatureDoesNotMatch", ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(403, "RequestTimeTooSkewed", ErrorIds.StorageCredentialsRejected, ErrorBehavior.Fatal)]
    [InlineData(400, "RequestTimeout", ErrorIds.StorageTimeout, ErrorBehavior.Retry)]
    [InlineData(408, "Whatever", ErrorIds.StorageTimeout, ErrorBehavior.Retry)]
    [InlineData(503, "SlowDown", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(503, "ServiceUnavailable", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(429, "TooManyRequests", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(500, "InternalError", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(502, "Gateway", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(504, "Gateway", ErrorIds.StorageFault, ErrorBehavior.Retry)]
    [InlineData(501, "NotImplemented", ErrorIds.StorageNotSupported, ErrorBehavior.Fatal)]
    [InlineData(404, "NoSuchUpload", ErrorIds.UploadVanished, ErrorBehavior.Fatal)]
    [InlineData(404, "NoSuchBucket", ErrorIds.StorageRejected, ErrorBehavior.Fatal)]
    [InlineData(400, "InvalidArgument", ErrorIds.StorageRejected, ErrorBehavior.Fatal)]
    [InlineData(301, "PermanentRedirect", ErrorIds.StorageRejected, ErrorBehavior.Fatal)]
    [InlineData(307, "TemporaryRedirect", ErrorIds.StorageRejected, ErrorBehavior.Fatal)]
    public async Task A_refused_part_is_classified(int status, string code, string id, ErrorBehavior behavior)
    {
        await using var server = S3Scripting.Serve((_, _) => S3Reply.Error(status, code));
        await using var store = S3Scripting.Open(server.Url);

        var failure = await Assert.ThrowsAsync<RescaleException>(() =>
            store.WritePartAsync(new MultipartUpload("a key", "id", S3Scripting.Metadata()), 1, new byte[100], default));

        Assert.Equal(id, failure.ErrorId);
        Assert.Equal(behavior, failure.Behavior);
        Assert.Equal(status, failure.StatusCode);
        Assert.NotNull(failure.RecommendedAction);
        Assert.Single(server.Requests);
        AssertNoSecret(failure);
    }

    [Theory]
    [InlineData(404, "NoSuchKey", ErrorIds.ObjectNotFound)]
    [InlineData(412, "PreconditionFailed", ErrorIds.ObjectChanged)]
    [InlineData(416, "InvalidRange", ErrorIds.ObjectChanged)]
    public async Task A_refused_read_is_classified(int status, string code, string id)
    {
        await using var server = S3Scripting.Serve((_, _) => S3Reply.Error(status, code));
        await using var store = S3Scripting.Open(server.Url);

        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 16, new byte[16], "\"e\"", default));

        Assert.Equal(id, failure.ErrorId);
        Assert.Equal(ErrorBehavior.Fatal, failure.Behavior);
        Assert.Equal("bytes=16-31", server.Requests[0].Headers["Range"]);
        Assert.Equal("\"e\"", server.Requests[0].Headers["If-Match"]);
    }

    [Theory]
    [InlineData(404, ErrorIds.ObjectNotFound, ErrorBehavior.Fatal)]
    [InlineData(403, ErrorIds.StorageCredentialsRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(400, ErrorIds.StorageRejected, ErrorBehavior.RefreshCredentials)]
    [InlineData(503, ErrorIds.StorageFault, ErrorBehavior.Retry)]
    public async Task A_refused_HEAD_has_no_body_to_say_why(int status, string id, ErrorBehavior behavior)
    {
        await using var server = S3Scripting.Serve((_, _) => new S3Reply(status));
        await using var store = S3Scripting.Open(server.Url);

        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("key", default));

        Assert.Equal(id, failure.ErrorId);
        Assert.Equal(behavior, failure.Behavior);
    }

    [Fact]
    public async Task A_400_without_a_body_is_worth_another_try()
    {
        // Seen on Ceph: the next request on a connection after a refused PUT.
        await using var server = S3Scripting.Serve((_, _) => new S3Reply(400));
        await using var store = S3Scripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.PutAsync("key", new byte[5], S3Scripting.Metadata(), default));
        Assert.Equal(ErrorBehavior.Retry, failure.Behavior);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(302)]
    public async Task A_page_of_something_in_between_says_nothing_of_the_object(int status)
    {
        await using var server = S3Scripting.Serve((_, _) => new S3Reply(
            status, "<!DOCTYPE html><html><body>Please log in<br></body></html>"u8.ToArray(), [("Content-Type", "text/html"), ("Location", "http://127.0.0.1:1/login")]));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        await using var store = S3Scripting.Open(server.Url, http: http);
        var upload = new MultipartUpload("key", "id", S3Scripting.Metadata());
        Func<Task>[] requests =
        [
            () => store.ReadRangeAsync("key", 0, new byte[16], null, default),
            () => store.WritePartAsync(upload, 1, new byte[16], default),
            () => store.ListPartsAsync(upload, default).ToListAsync().AsTask(),
            () => store.CommitAsync(upload, [new StoredPart(1, "\"e\"", 16)], default),
            () => store.AbortAsync(upload, default),
            () => store.DeleteAsync("key", default),
        ];
        foreach (var request in requests)
        {
            var failure = await Assert.ThrowsAsync<RescaleException>(request);
            Assert.Equal((ErrorIds.StorageRejected, ErrorKind.Protocol, status), (failure.ErrorId, failure.Kind, failure.StatusCode));
        }
    }

    [Theory]
    [InlineData("InvalidPart")]
    [InlineData("InvalidPartOrder")]
    [InlineData("EntityTooSmall")]
    public async Task A_commit_of_parts_that_the_store_holds_otherwise_cannot_be_continued(string code)
    {
        await using var server = S3Scripting.Serve((_, _) => S3Reply.Error(400, code));
        await using var store = S3Scripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() =>
            store.CommitAsync(new MultipartUpload("key", "id", S3Scripting.Metadata()), [new StoredPart(1, "\"e\"", 5)], default));
        Assert.Equal((ErrorIds.StorageRejected, ErrorKind.Integrity, ErrorBehavior.Fatal), (failure.ErrorId, failure.Kind, failure.Behavior));
    }

    [Fact]
    public async Task Retry_After_is_kept()
    {
        await using var server = S3Scripting.Serve((_, _) => S3Reply.Error(503, "SlowDown") with { Headers = [("Retry-After", "7")] });
        await using var store = S3Scripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.PutAsync("key", new byte[5], S3Scripting.Metadata(), default));
        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
    }

    [Fact]
    public async Task A_commit_answered_with_200_and_an_error_has_failed()
    {
        await using var server = S3Scripting.Serve((_, _) => S3Reply.Error(200, "InternalError"));
        await using var store = S3Scripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() =>
            store.CommitAsync(new MultipartUpload("key", "id", S3Scripting.Metadata()), [new StoredPart(1, "\"e\"", 5)], default));
        Assert.Equal(ErrorBehavior.Retry, failure.Behavior);
    }

    [Theory]
    [InlineData(50, null)]
    [InlineData(50, 100L)]
    [InlineData(200, null)]
    public async Task A_body_of_another_length_is_refused(int sent, long? declared)
    {
        await using var server = S3Scripting.Serve((_, _) =>
            new S3Reply(206, new byte[sent], [("ETag", "\"e\"")], declared, Reset: declared is not null));
        await using var store = S3Scripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 0, new byte[100], null, default));
        Assert.Equal(ErrorBehavior.Retry, failure.Behavior);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broken_connection_is_worth_another_try(bool beforeHead)
    {
        await using var server = S3Scripting.Serve((_, _) =>
            new S3Reply(206, new byte[10], null, 100, Reset: true, NoHead: beforeHead));
        await using var store = S3Scripting.Open(server.Url);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 0, new byte[100], null, default));
        Assert.Equal(ErrorIds.StorageUnreachable, failure.ErrorId);
        Assert.Equal(ErrorBehavior.Retry, failure.Behavior);
    }

    [Fact]
    public async Task A_closed_port_is_unreachable()
    {
        await using var store = S3Scripting.Open(ScriptedServer.ClosedPort());
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("key", default));
        Assert.Equal(ErrorIds.StorageUnreachable, failure.ErrorId);
        Assert.Contains("ConnectionRefused", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_host_is_unreachable()
    {
        await using var store = S3Scripting.Open(new Uri("http://no-such-host.invalid:9"));
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("key", default));
        Assert.Equal(ErrorIds.StorageUnreachable, failure.ErrorId);
        Assert.Equal(ErrorBehavior.Retry, failure.Behavior);
    }

    [Fact]
    public async Task An_unknown_certificate_is_not_trusted()
    {
        await using var server = new UntrustedServer();
        await using var store = S3Scripting.Open(server.Url);

        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.GetPropertiesAsync("key", default));

        Assert.Equal(ErrorIds.CertificateRejected, failure.ErrorId);
        Assert.Equal(ErrorBehavior.Fatal, failure.Behavior);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stalled_socket_times_out(bool beforeHead)
    {
        await using var server = S3Scripting.Serve((_, _) =>
            new S3Reply(206, new byte[10], null, 100, Stall: true, NoHead: beforeHead));
        await using var store = S3Scripting.Open(server.Url, S3Scripting.Impatient);
        var failure = await Assert.ThrowsAsync<RescaleException>(() => store.ReadRangeAsync("key", 0, new byte[100], null, default));
        Assert.Equal(ErrorIds.StorageTimeout, failure.ErrorId);
        Assert.Equal(ErrorBehavior.Retry, failure.Behavior);
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
        await using var store = S3Scripting.Open(server.Url);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            store.ReadRangeAsync("key", 0, new byte[100], null, stop.Token).WaitAsync(TestPatience.Long));
    }

    [Fact]
    public async Task Aborting_what_is_gone_is_no_error()
    {
        await using var server = S3Scripting.Serve((_, _) => S3Reply.Error(404, "NoSuchUpload"));
        await using var store = S3Scripting.Open(server.Url);
        await store.AbortAsync(new MultipartUpload("key", "id", S3Scripting.Metadata()), default);
        Assert.Equal("DELETE", server.Requests[0].Method);
    }

    private static void AssertNoSecret(RescaleException failure)
    {
        Assert.DoesNotContain(S3Scripting.Secret, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(S3Scripting.SessionToken, failure.ToString(), StringComparison.Ordinal);
    }
}
