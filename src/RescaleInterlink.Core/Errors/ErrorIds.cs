namespace RescaleInterlink.Errors;

/// <summary>Every error identifier the module can report. They are part of the public interface: never renamed.</summary>
public static class ErrorIds
{
    public const string ApiKeyRejected = nameof(ApiKeyRejected);
    public const string PermissionDenied = nameof(PermissionDenied);
    public const string PlatformNotAllowed = nameof(PlatformNotAllowed);
    public const string PlatformUnreachable = nameof(PlatformUnreachable);
    public const string PlatformTimeout = nameof(PlatformTimeout);
    public const string PlatformHeldBack = nameof(PlatformHeldBack);
    public const string PlatformFault = nameof(PlatformFault);
    public const string PlatformProtocol = nameof(PlatformProtocol);
    public const string RequestRejected = nameof(RequestRejected);
    public const string RateLimited = nameof(RateLimited);
    public const string ProxyAuthenticationRequired = nameof(ProxyAuthenticationRequired);
    public const string ProxyUnreachable = nameof(ProxyUnreachable);
    public const string ProxyRefused = nameof(ProxyRefused);
    public const string ProxyInvalid = nameof(ProxyInvalid);
    public const string NtlmNotAllowed = nameof(NtlmNotAllowed);
    public const string CertificateRejected = nameof(CertificateRejected);
    public const string NotConnected = nameof(NotConnected);

    public const string ApiKeyMissing = nameof(ApiKeyMissing);
    public const string ApiKeyAmbiguous = nameof(ApiKeyAmbiguous);
    public const string ApiUrlAmbiguous = nameof(ApiUrlAmbiguous);
    public const string ProfileNotFound = nameof(ProfileNotFound);
    public const string TokenFileNotFound = nameof(TokenFileNotFound);
    public const string TokenFileInvalid = nameof(TokenFileInvalid);
    public const string TokenFileUnreadable = nameof(TokenFileUnreadable);
    public const string TokenFileUnwritable = nameof(TokenFileUnwritable);
    public const string SecretStoreMissing = nameof(SecretStoreMissing);
    public const string SecretUnavailable = nameof(SecretUnavailable);
    public const string ConfigurationNotFound = nameof(ConfigurationNotFound);
    public const string ConfigurationExists = nameof(ConfigurationExists);
    public const string ConfigurationInvalid = nameof(ConfigurationInvalid);
    public const string ConfigurationUnreadable = nameof(ConfigurationUnreadable);
    public const string ConfigurationUnwritable = nameof(ConfigurationUnwritable);
    public const string ConfigurationBusy = nameof(ConfigurationBusy);
    public const string ConfigurationNameUnknown = nameof(ConfigurationNameUnknown);
    public const string ConfigurationValueInvalid = nameof(ConfigurationValueInvalid);

    public const string FileNotFound = nameof(FileNotFound);
    public const string FolderNotFound = nameof(FolderNotFound);
    public const string JobNotFound = nameof(JobNotFound);
    public const string CoreTypeNotFound = nameof(CoreTypeNotFound);
    public const string SoftwareNotFound = nameof(SoftwareNotFound);
    public const string AutomationNotFound = nameof(AutomationNotFound);
    public const string FileAlreadyExists = nameof(FileAlreadyExists);
    public const string FolderAlreadyExists = nameof(FolderAlreadyExists);
    public const string FolderPathInvalid = nameof(FolderPathInvalid);
    public const string FolderAmbiguous = nameof(FolderAmbiguous);
    public const string FolderProtected = nameof(FolderProtected);
    public const string TrashItemNotFound = nameof(TrashItemNotFound);

    public const string StorageUnreachable = nameof(StorageUnreachable);
    public const string StorageTimeout = nameof(StorageTimeout);
    public const string StorageFault = nameof(StorageFault);
    public const string StorageRejected = nameof(StorageRejected);
    public const string StorageCredentialsRejected = nameof(StorageCredentialsRejected);
    public const string StorageEndpointInvalid = nameof(StorageEndpointInvalid);
    public const string StorageNotSupported = nameof(StorageNotSupported);
    public const string ObjectNotFound = nameof(ObjectNotFound);
    public const string ObjectChanged = nameof(ObjectChanged);
    public const string UploadVanished = nameof(UploadVanished);

    public const string EncryptionKeyMissing = nameof(EncryptionKeyMissing);
    public const string EncryptionIvMissing = nameof(EncryptionIvMissing);
    public const string DecryptionFailed = nameof(DecryptionFailed);
    public const string FormatInvalid = nameof(FormatInvalid);
    public const string FormatNotSupported = nameof(FormatNotSupported);
    public const string SizeMismatch = nameof(SizeMismatch);
    public const string ChecksumMismatch = nameof(ChecksumMismatch);

    public const string SourceNotFound = nameof(SourceNotFound);
    public const string SourceUnreadable = nameof(SourceUnreadable);
    public const string SourceChanged = nameof(SourceChanged);
    public const string SourceIsDirectory = nameof(SourceIsDirectory);
    public const string SourceIsFile = nameof(SourceIsFile);
    public const string SymbolicLinkRefused = nameof(SymbolicLinkRefused);
    public const string ArchiveNameTaken = nameof(ArchiveNameTaken);
    public const string DestinationExists = nameof(DestinationExists);
    public const string DestinationInvalid = nameof(DestinationInvalid);
    public const string DestinationUnwritable = nameof(DestinationUnwritable);
    public const string DiskFull = nameof(DiskFull);
    public const string UnsafeFileName = nameof(UnsafeFileName);
    public const string ProviderNotSupported = nameof(ProviderNotSupported);
    public const string PatternInvalid = nameof(PatternInvalid);
    public const string TransferOptionInvalid = nameof(TransferOptionInvalid);
    public const string TransferInUse = nameof(TransferInUse);
    public const string TransferNotFound = nameof(TransferNotFound);
    public const string TransferNotResumable = nameof(TransferNotResumable);
    public const string TransferStateUnreadable = nameof(TransferStateUnreadable);
    public const string TransferStateUnwritable = nameof(TransferStateUnwritable);
    public const string FolderCreationUncertain = nameof(FolderCreationUncertain);
    public const string FileRegistrationUncertain = nameof(FileRegistrationUncertain);

    public const string JobSpecInvalid = nameof(JobSpecInvalid);
    public const string JobTableInvalid = nameof(JobTableInvalid);
    public const string JobFileInvalid = nameof(JobFileInvalid);
    public const string JobScriptInvalid = nameof(JobScriptInvalid);
    public const string JobFailed = nameof(JobFailed);
    public const string JobNotEnded = nameof(JobNotEnded);
    public const string JobWaitTimeout = nameof(JobWaitTimeout);
    public const string JobSubmissionUncertain = nameof(JobSubmissionUncertain);
    public const string OrganizationUnknown = nameof(OrganizationUnknown);
    public const string PipelineStateInvalid = nameof(PipelineStateInvalid);
    public const string PipelineStageFailed = nameof(PipelineStageFailed);

    public const string SandboxRuntimeMissing = nameof(SandboxRuntimeMissing);
    public const string SandboxAzuriteMissing = nameof(SandboxAzuriteMissing);
    public const string SandboxStartFailed = nameof(SandboxStartFailed);
    public const string SandboxNotRunning = nameof(SandboxNotRunning);
    public const string SandboxAmbiguous = nameof(SandboxAmbiguous);
    public const string SandboxStopFailed = nameof(SandboxStopFailed);
}
