using System.Globalization;
using System.Net;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage.S3;

/// <summary>
/// Turns what the SDK throws into errors with a behaviour, by status, S3's own error code and exception type. No server
/// text but the code goes into a message.
/// </summary>
internal sealed class S3Errors(StoreDescription store)
{
    private const string RetryLater = "The storage is in trouble; try again later.";

    private string Host => store.Endpoint?.Authority ?? $"S3 in {store.Region}";

    public RescaleException Translate(Exception failure, S3Operation operation, string key, bool timedOut)
    {
        if (timedOut)
            return new RescaleException(ErrorIds.StorageTimeout, ErrorKind.TimedOut,
                $"{Describe(operation, key)} timed out: {Host} stopped answering.",
                "Check the network, then try again.", failure)
            { Behavior = ErrorBehavior.Retry };
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AmazonServiceException { StatusCode: not 0 } answer) return FromAnswer(answer, operation, key);
            if (StorageNetworkErrors.Translate(cause, Describe(operation, key), Host) is { } network) return network;
        }

        return new RescaleException(ErrorIds.StorageFault, ErrorKind.Protocol,
            $"{Describe(operation, key)} failed: {Host} gave an answer that could not be read ({failure.GetType().Name}).",
            "Check that the address is that of an S3 endpoint.", failure)
        { Behavior = ErrorBehavior.Retry };
    }

    public static RescaleException WrongLength(string key, long actual, long expected) => new(
        ErrorIds.StorageFault, ErrorKind.ServerFault,
        $"{Describe(S3Operation.Get, key)} gave {actual} bytes where {expected} were asked for.", RetryLater)
    { Behavior = ErrorBehavior.Retry };

    public static RescaleException CommitWithoutResult(string key) => new(
        ErrorIds.StorageFault, ErrorKind.ServerFault,
        $"{Describe(S3Operation.Commit, key)} was answered without a result.", RetryLater)
    { Behavior = ErrorBehavior.Retry };

    private RescaleException FromAnswer(AmazonServiceException answer, S3Operation operation, string key)
    {
        var status = (int)answer.StatusCode;
        var code = Code(answer);
        var (id, kind, behavior, action) = Classify(status, code, operation);
        return new RescaleException(id, kind,
            $"{Describe(operation, key)} failed: {Host} answered {status}{(code.Length > 0 ? " " + code : "")}.", action, answer)
        {
            Behavior = behavior,
            StatusCode = status,
            RetryAfter = RetryAfter(answer),
        };
    }

    private static (string Id, ErrorKind Kind, ErrorBehavior Behavior, string Action) Classify(int status, string code, S3Operation operation) =>
        (code, status) switch
        {
            ("ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "InvalidAccessKeyId" or "ExpiredTokenException", _)
                or ("AccessDenied" or "SignatureDoesNotMatch", _) or (_, 401) =>
                (ErrorIds.StorageCredentialsRejected, ErrorKind.Authentication, ErrorBehavior.RefreshCredentials,
                    "Check that your account may use this storage; connect again if the problem stays."),
            ("RequestTimeTooSkewed", _) =>
                (ErrorIds.StorageCredentialsRejected, ErrorKind.Authentication, ErrorBehavior.Fatal,
                    "Set this computer's clock: it differs from the storage's by more than 15 minutes."),
            ("NoSuchUpload", _) =>
                (ErrorIds.UploadVanished, ErrorKind.NotFound, ErrorBehavior.Fatal, "The unfinished upload no longer exists; start it again."),
            ("NoSuchBucket", _) =>
                (ErrorIds.StorageRejected, ErrorKind.NotFound, ErrorBehavior.Fatal, "Check the storage settings of your account."),
            ("PermanentRedirect" or "TemporaryRedirect" or "Redirect" or "AuthorizationHeaderMalformed", _) or (_, >= 300 and < 400) =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Fatal,
                    "The bucket is in another region than the account's settings say; check them."),
            // Lost in the middle of a body, or a connection upset by an earlier refusal: seen as 400 without a body.
            ("RequestTimeout" or "IncompleteBody" or "BadDigest" or "XAmzContentSHA256Mismatch", _) or (_, 408) =>
                (ErrorIds.StorageTimeout, ErrorKind.TimedOut, ErrorBehavior.Retry, RetryLater),
            ("SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "TooManyRequests" or "Busy", _) or (_, 429) =>
                (ErrorIds.StorageFault, ErrorKind.RateLimited, ErrorBehavior.Retry, RetryLater),
            ("InternalError" or "ServiceUnavailable" or "OperationAborted", _) or (_, >= 500 and not 501) =>
                (ErrorIds.StorageFault, ErrorKind.ServerFault, ErrorBehavior.Retry, RetryLater),
            (_, 501) =>
                (ErrorIds.StorageNotSupported, ErrorKind.Protocol, ErrorBehavior.Fatal, "This storage server lacks a function that is needed."),
            // 200 with an error document: S3 had begun to answer before it failed.
            (_, >= 200 and < 300) =>
                (ErrorIds.StorageFault, ErrorKind.ServerFault, ErrorBehavior.Retry, RetryLater),
            (_, 403) =>
                (ErrorIds.StorageCredentialsRejected, ErrorKind.Authentication, ErrorBehavior.RefreshCredentials,
                    "Check that your account may use this storage; connect again if the problem stays."),
            (_, 407) =>
                (ErrorIds.ProxyAuthenticationRequired, ErrorKind.Authentication, ErrorBehavior.Fatal, "Give the proxy's user name and password."),
            (_, 412) or ("PreconditionFailed", _) =>
                (ErrorIds.ObjectChanged, ErrorKind.Integrity, ErrorBehavior.Fatal, "The object was replaced while it was read; start again."),
            (_, 416) =>
                (ErrorIds.ObjectChanged, ErrorKind.Integrity, ErrorBehavior.Fatal, "The object is shorter than it was; start again."),
            (_, 404) when operation is S3Operation.Part or S3Operation.List or S3Operation.Commit or S3Operation.Abort =>
                (ErrorIds.UploadVanished, ErrorKind.NotFound, ErrorBehavior.Fatal, "The unfinished upload no longer exists; start it again."),
            (_, 404) =>
                (ErrorIds.ObjectNotFound, ErrorKind.NotFound, ErrorBehavior.Fatal, "The file's content is not in the storage; it may have been deleted."),
            // A HEAD has no body to say so, but an expired token is a 400.
            ("" or "BadRequest" or "400", 400) when operation == S3Operation.Head =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.RefreshCredentials, "Check the storage settings of your account."),
            ("" or "BadRequest" or "400", 400) =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Retry, RetryLater),
            _ => (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Fatal, "Check the storage settings of your account."),
        };

    private static string Describe(S3Operation operation, string key) => operation switch
    {
        S3Operation.Head => $"Looking up object '{key}'",
        S3Operation.Get => $"Reading object '{key}'",
        S3Operation.Put or S3Operation.Part => $"Writing object '{key}'",
        S3Operation.Begin => $"Starting an upload of object '{key}'",
        S3Operation.List => $"Listing the parts of object '{key}'",
        S3Operation.Commit => $"Finishing object '{key}'",
        S3Operation.ListUploads => $"Listing the unfinished uploads of '{key}'",
        S3Operation.Delete => $"Deleting object '{key}'",
        _ => $"Giving up the upload of object '{key}'",
    };

    /// <summary>S3's error code when it is one: letters and digits only, so that no other server text gets through.</summary>
    private static string Code(AmazonServiceException answer) =>
        answer.ErrorCode is { Length: > 0 and <= 64 } code && code.All(char.IsAsciiLetterOrDigit) ? code : "";

    private static TimeSpan? RetryAfter(AmazonServiceException answer)
    {
        for (Exception? cause = answer; cause is not null; cause = cause.InnerException)
        {
            if (cause is not HttpErrorResponseException { Response: { } response }) continue;
            return int.TryParse(response.GetHeaderValue("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : null;
        }

        return null;
    }
}
