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
internal sealed class S3Errors(StoreDescription store, TimeProvider time)
{
    private const string CheckBetween = "Check that no proxy or login page is in between, and the storage settings of your account.";
    private const string RetryLater = "The storage is in trouble; try again later.";

    private string Host => store.Endpoint?.Authority ?? $"S3 in {store.Region}";

    public RescaleException Translate(Exception failure, StoreRequest operation, string key, bool timedOut)
    {
        if (timedOut)
            return new RescaleException(ErrorIds.StorageTimeout, ErrorKind.TimedOut,
                $"{operation.Describe(key)} timed out: {Host} stopped answering.",
                "Check the network, then try again.", failure)
            { Behavior = ErrorBehavior.Retry };
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AmazonServiceException { StatusCode: not 0 } answer) return FromAnswer(answer, operation, key);
            if (StorageNetworkErrors.Translate(cause, operation.Describe(key), Host) is { } network) return network;
        }

        return new RescaleException(ErrorIds.StorageFault, ErrorKind.Protocol,
            $"{operation.Describe(key)} failed: {Host} gave an answer that could not be read ({failure.GetType().Name}).",
            "Check that the address is that of an S3 endpoint.", failure)
        { Behavior = ErrorBehavior.Retry };
    }

    /// <summary>What has been written is named by every answer to a write; one that does not is an error with status 200, or not S3's.</summary>
    /// <exception cref="RescaleException">StorageFault, to be repeated.</exception>
    public static string RequireResult(string? name, StoreRequest operation, string key) => string.IsNullOrEmpty(name)
        ? throw new RescaleException(ErrorIds.StorageFault, ErrorKind.ServerFault, $"{operation.Describe(key)} was answered without a result.", RetryLater)
        { Behavior = ErrorBehavior.Retry }
        : name;

    private RescaleException FromAnswer(AmazonServiceException answer, StoreRequest operation, string key)
    {
        var status = (int)answer.StatusCode;
        var code = Code(answer);
        var (id, kind, behavior, action) = Classify(status, code, operation);
        return new RescaleException(id, kind,
            $"{operation.Describe(key)} failed: {Host} answered {status}{(code.Length > 0 ? " " + code : "")}.", action, answer)
        {
            Behavior = behavior,
            StatusCode = status,
            RetryAfter = RetryAfter(answer),
        };
    }

    private static (string Id, ErrorKind Kind, ErrorBehavior Behavior, string Action) Classify(int status, string code, StoreRequest operation) =>
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
            // The parts that the commit names are not those that the store holds, and will never be.
            ("InvalidPart" or "InvalidPartOrder" or "EntityTooSmall", 400) when operation == StoreRequest.Commit =>
                (ErrorIds.StorageRejected, ErrorKind.Integrity, ErrorBehavior.Fatal, "The unfinished upload is not what was sent; start it again."),
            ("PermanentRedirect" or "TemporaryRedirect" or "Redirect" or "AuthorizationHeaderMalformed", _) =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Fatal,
                    "The bucket is in another region than the account's settings say; check them."),
            (_, >= 300 and < 400) =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Fatal,
                    CheckBetween),
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
            ("NoSuchKey", 404) when operation is StoreRequest.Part or StoreRequest.List or StoreRequest.Commit or StoreRequest.Abort =>
                (ErrorIds.UploadVanished, ErrorKind.NotFound, ErrorBehavior.Fatal, "The unfinished upload no longer exists; start it again."),
            // A HEAD has no body to say so.
            ("NoSuchKey", _) or (_, 404) when code == "NoSuchKey" || operation == StoreRequest.Head =>
                (ErrorIds.ObjectNotFound, ErrorKind.NotFound, ErrorBehavior.Fatal, "The file's content is not in the storage; it may have been deleted."),
            // Not S3's: something between, of which nothing can be learned about the object.
            (_, 404) =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Retry,
                    CheckBetween),
            // A HEAD has no body to say so, but an expired token is a 400.
            ("" or "BadRequest" or "400", 400) when operation == StoreRequest.Head =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.RefreshCredentials, "Check the storage settings of your account."),
            ("" or "BadRequest" or "400", 400) =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Retry, RetryLater),
            _ => (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Fatal, "Check the storage settings of your account."),
        };

    /// <summary>S3's error code when it is one: letters and digits only, so that no other server text gets through.</summary>
    private static string Code(AmazonServiceException answer) =>
        answer.ErrorCode is { Length: > 0 and <= 64 } code && code.All(char.IsAsciiLetterOrDigit) ? code : "";

    private TimeSpan? RetryAfter(AmazonServiceException answer)
    {
        for (Exception? cause = answer; cause is not null; cause = cause.InnerException)
        {
            if (cause is not HttpErrorResponseException { Response: { } response }) continue;
            DateTimeOffset? answered = DateTimeOffset.TryParseExact(response.GetHeaderValue("Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
            return RetryAfterText.Read(response.GetHeaderValue("Retry-After"), answered, time);
        }

        return null;
    }
}
