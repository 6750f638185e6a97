using Azure;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage.AzureBlob;

/// <summary>
/// Turns what the SDK throws into errors with a behaviour, by status, Azure's own error code and exception type. Of an answer only
/// status and code are kept: the SDK's exception also quotes the body, in which Azure repeats parts of a SAS that it refuses.
/// </summary>
internal sealed class AzureErrors(AzureStoreDescription store, TimeProvider time)
{
    private const string RetryLater = "The storage is in trouble; try again later.";
    private const string AskForAccess = "Check that your account may use this storage; connect again if the problem stays.";
    private const string CheckBetween = "Check that no proxy or login page is in between, and the storage settings of your account.";
    private const string CheckSettings = "Check the storage settings of your account.";

    private string Host => store.ContainerAddress.Authority;

    public RescaleException Translate(Exception failure, StoreRequest request, string key, bool timedOut)
    {
        if (timedOut)
            return new RescaleException(ErrorIds.StorageTimeout, ErrorKind.TimedOut,
                $"{request.Describe(key)} timed out: {Host} stopped answering.", "Check the network, then try again.")
            { Behavior = ErrorBehavior.Retry };
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is RequestFailedException { Status: not 0 } answer) return FromAnswer(answer, request, key);
            if (cause is not RequestFailedException && StorageNetworkErrors.Translate(cause, request.Describe(key), Host) is { } network) return network;
        }

        return new RescaleException(ErrorIds.StorageFault, ErrorKind.Protocol,
            $"{request.Describe(key)} failed: {Host} gave an answer that could not be read ({failure.GetType().Name}).",
            "Check that the address is that of an Azure storage account.")
        { Behavior = ErrorBehavior.Retry };
    }

    private RescaleException FromAnswer(RequestFailedException answer, StoreRequest request, string key)
    {
        var code = answer.ErrorCode is { Length: > 0 and <= 64 } text && text.All(char.IsAsciiLetterOrDigit) ? text : "";
        var (id, kind, behavior, action) = Classify(answer.Status, code, request);
        return new RescaleException(id, kind,
            $"{request.Describe(key)} failed: {Host} answered {answer.Status}{(code.Length > 0 ? " " + code : "")}.", action)
        {
            Behavior = behavior,
            StatusCode = answer.Status,
            RetryAfter = answer.GetRawResponse() is { } response && response.Headers.TryGetValue("Retry-After", out var asked)
                ? RetryAfterText.Read(asked, response.Headers.Date, time)
                : null,
        };
    }

    // Codes: Azure's "Common REST API error codes" and "Blob service error codes".
    private static (string Id, ErrorKind Kind, ErrorBehavior Behavior, string Action) Classify(int status, string code, StoreRequest request) =>
        (code, status) switch
        {
            ("InvalidAuthenticationInfo" or "NoAuthenticationInformation", _) or (_, 401) or (_, 403) =>
                (ErrorIds.StorageCredentialsRejected, ErrorKind.Authentication, ErrorBehavior.RefreshCredentials, AskForAccess),
            ("ContainerNotFound" or "ContainerBeingDeleted" or "ContainerDisabled" or "ResourceNotFound", _) =>
                (ErrorIds.StorageRejected, ErrorKind.NotFound, ErrorBehavior.Fatal, CheckSettings),
            // No answer of Azure, which always names a code: something between, of which nothing can be learned about the blob.
            ("", 404) when request != StoreRequest.Head =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Retry, CheckBetween),
            // A block that the commit names is not there: it lapsed, or another commit took it.
            ("InvalidBlockList", _) or (_, 404) when request == StoreRequest.Commit =>
                (ErrorIds.UploadVanished, ErrorKind.NotFound, ErrorBehavior.Fatal, "The unfinished upload no longer exists; start it again."),
            (_, 404) =>
                (ErrorIds.ObjectNotFound, ErrorKind.NotFound, ErrorBehavior.Fatal, "The file's content is not in the storage; it may have been deleted."),
            (_, 412) or ("ConditionNotMet", _) =>
                (ErrorIds.ObjectChanged, ErrorKind.Integrity, ErrorBehavior.Fatal, "The object was replaced while it was read; start again."),
            (_, 416) =>
                (ErrorIds.ObjectChanged, ErrorKind.Integrity, ErrorBehavior.Fatal, "The object is shorter than it was; start again."),
            ("OperationTimedOut" or "Md5Mismatch" or "Crc64Mismatch" or "IncompleteBody", _) or (_, 408) =>
                (ErrorIds.StorageTimeout, ErrorKind.TimedOut, ErrorBehavior.Retry, RetryLater),
            ("ServerBusy" or "AccountRequestsExceedLimit" or "IngressExceedsAccountLimit" or "EgressExceedsAccountLimit", _) or (_, 429) =>
                (ErrorIds.StorageFault, ErrorKind.RateLimited, ErrorBehavior.Retry, RetryLater),
            ("InternalError", _) or (_, >= 500 and not 501) =>
                (ErrorIds.StorageFault, ErrorKind.ServerFault, ErrorBehavior.Retry, RetryLater),
            (_, 501) =>
                (ErrorIds.StorageNotSupported, ErrorKind.Protocol, ErrorBehavior.Fatal, "This storage server lacks a function that is needed."),
            (_, 407) =>
                (ErrorIds.ProxyAuthenticationRequired, ErrorKind.Authentication, ErrorBehavior.Fatal, "Give the proxy's user name and password."),
            (_, >= 300 and < 400) =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Fatal, CheckBetween),
            // Success of another kind than the request can have.
            (_, >= 200 and < 300) =>
                (ErrorIds.StorageFault, ErrorKind.ServerFault, ErrorBehavior.Retry, RetryLater),
            // Something between, or a connection upset by an earlier refusal.
            ("", 400) =>
                (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Retry, RetryLater),
            _ => (ErrorIds.StorageRejected, ErrorKind.Protocol, ErrorBehavior.Fatal, CheckSettings),
        };
}
