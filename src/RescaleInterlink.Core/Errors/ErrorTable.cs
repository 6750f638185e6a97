using System.Collections.Frozen;
using static RescaleInterlink.Errors.ErrorKind;

namespace RescaleInterlink.Errors;

/// <summary>What is known of an error by its identifier alone.</summary>
/// <param name="Kinds">It can be of; the usual one first.</param>
/// <param name="Action">What to do about it, when whoever found it has nothing better to say.</param>
public sealed record ErrorEntry(string Id, IReadOnlyList<ErrorKind> Kinds, string Action);

/// <summary>
/// The one table of the errors this module reports: identifier, kind (which the shell turns into a category) and recommended
/// action. The identifiers stand once more in about_RescaleErrors, where they are explained; a test compares.
/// </summary>
public static class ErrorTable
{
    private const string CheckNetwork = "Check the network, then try again.";
    private const string CheckSettings = "Check the storage settings of your account.";
    private const string CheckPermissions = "Check the path and your permissions there.";
    private const string CheckPath = "Check the path.";
    private const string FreeOrPermit = "Free some space or check your permissions there, or move the folder with RESCALE_STATE_HOME.";
    private const string StartAgain = "Start it again.";
    private const string Damaged = "Get the file again; if that fails too, what is stored is damaged.";

    private static readonly FrozenDictionary<string, ErrorEntry> Entries = new ErrorEntry[]
    {
        Row(ErrorIds.ApiKeyRejected, "Check the key and that it belongs to this platform, then connect again.", Authentication),
        Row(ErrorIds.PermissionDenied, "Ask the owner or an administrator of the workspace for access.", Permission),
        Row(ErrorIds.PlatformNotAllowed, "Use the address of a known platform with https, or the loopback address of a sandbox.", InvalidInput, Protocol),
        Row(ErrorIds.PlatformUnreachable, "Check the address, that the network is up, and that the platform or sandbox is running.", Unreachable),
        Row(ErrorIds.PlatformTimeout, CheckNetwork, TimedOut),
        Row(ErrorIds.PlatformHeldBack, "Try again after the time that the message names.", Unreachable),
        Row(ErrorIds.PlatformFault, "Try again later.", ServerFault),
        Row(ErrorIds.PlatformProtocol, "Check that the address is the platform's own and that no proxy answers in its place.", Protocol),
        Row(ErrorIds.RequestRejected, "Correct what the answer names, then try again.", InvalidInput, AlreadyExists, NotFound),
        Row(ErrorIds.RateLimited, "Wait a while, then try again; Get-RescaleRateLimit shows how much is left.", ErrorKind.RateLimited),
        Row(ErrorIds.ProxyAuthenticationRequired, "Give the proxy's user name and password.", Authentication),
        Row(ErrorIds.ProxyUnreachable, "Check the proxy's name and port and that this machine is in the network it belongs to.", Unreachable),
        Row(ErrorIds.ProxyRefused, "Ask the network team whether this host is allowed and which proxy to use.", Unreachable, Protocol),
        Row(ErrorIds.ProxyInvalid, "Give -ProxyMode System, or -ProxyMode Basic or Ntlm with -ProxyHost.", InvalidInput),
        Row(ErrorIds.NtlmNotAllowed, "Use a proxy that takes Basic, with -ProxyMode Basic.", Permission),
        Row(ErrorIds.CertificateRejected, "Check the address and the clock, and whether a proxy in between uses a certificate of its own.", Protocol, Authentication),
        Row(ErrorIds.NotConnected, "Run Connect-Rescale first, or give a connection with -Connection.", State),

        Row(ErrorIds.ApiKeyMissing, "Give a key with -ApiKey, set RESCALE_API_KEY, or keep one with Save-RescaleCredential.", Authentication),
        Row(ErrorIds.ApiKeyAmbiguous, "Give one of them.", InvalidInput),
        Row(ErrorIds.ApiUrlAmbiguous, "Give -ApiUrl to say which one is meant, or clear RESCALE_API_URL.", InvalidInput),
        Row(ErrorIds.ProfileNotFound, "Check the name, and which file is read.", NotFound),
        Row(ErrorIds.TokenFileNotFound, CheckPath, NotFound),
        Row(ErrorIds.TokenFileInvalid, "Keep a key there with Save-RescaleCredential.", InvalidInput),
        Row(ErrorIds.TokenFileUnreadable, CheckPermissions, LocalFile),
        Row(ErrorIds.TokenFileUnwritable, CheckPermissions, LocalFile),
        Row(ErrorIds.SecretStoreMissing, "Install it with: Install-PSResource Microsoft.PowerShell.SecretManagement", MissingDependency),
        Row(ErrorIds.SecretUnavailable, "Check the name and the vault, and that the vault is unlocked.", NotFound, InvalidInput),
        Row(ErrorIds.ConfigurationNotFound, "Check the path, or make one with Initialize-RescaleConfiguration.", NotFound),
        Row(ErrorIds.ConfigurationExists, "Change it with Set-RescaleConfiguration, or make it anew with -Force.", AlreadyExists),
        Row(ErrorIds.ConfigurationInvalid, "Correct the file, or make it anew with Initialize-RescaleConfiguration -Force.", InvalidInput),
        Row(ErrorIds.ConfigurationUnreadable, CheckPermissions, LocalFile),
        Row(ErrorIds.ConfigurationUnwritable, CheckPermissions, LocalFile),
        Row(ErrorIds.ConfigurationBusy, "Wait until the other process has ended, or end it.", State),
        Row(ErrorIds.ConfigurationNameUnknown, "List the settings with Get-RescaleConfiguration.", InvalidInput),
        Row(ErrorIds.ConfigurationValueInvalid, "Give a value such as the message names, or none for the default.", InvalidInput),

        Row(ErrorIds.FileNotFound, "Check the identifier and that it belongs to this workspace.", NotFound),
        Row(ErrorIds.FolderNotFound, "Check the identifier and that it belongs to this workspace.", NotFound),
        Row(ErrorIds.JobNotFound, "Check the identifier and that it belongs to this workspace.", NotFound),
        Row(ErrorIds.CoreTypeNotFound, "Get-RescaleCoreType lists those that are offered, and with -All those that once were.", NotFound),
        Row(ErrorIds.SoftwareNotFound, "Get-RescaleSoftware lists what is offered; -Search looks into names as well.", NotFound),
        Row(ErrorIds.AutomationNotFound, "Get-RescaleAutomation lists those of the workspace.", NotFound),
        Row(ErrorIds.FileAlreadyExists, "Use what is there, or give another name.", AlreadyExists),
        Row(ErrorIds.FolderAlreadyExists, "Use what is there, or give another name.", AlreadyExists),
        Row(ErrorIds.FolderPathInvalid, "Write it as /My Library/folder/folder or /My Jobs/folder, or give the folder's id.", InvalidInput),
        Row(ErrorIds.FolderAmbiguous, "Give the id of the one that is meant.", InvalidInput),
        Row(ErrorIds.FolderProtected, "Remove what lies in it: Get-RescaleFolderItem lists that.", InvalidInput),
        Row(ErrorIds.TrashItemNotFound, "Look with Get-RescaleTrash. A file has another id in the Trash than outside.", NotFound),

        Row(ErrorIds.StorageUnreachable, CheckNetwork, Unreachable),
        Row(ErrorIds.StorageTimeout, CheckNetwork, TimedOut),
        Row(ErrorIds.StorageFault, "The storage is in trouble; try again later.", ServerFault, Protocol, ErrorKind.RateLimited),
        Row(ErrorIds.StorageRejected, CheckSettings, Protocol, NotFound, Integrity),
        Row(ErrorIds.StorageCredentialsRejected, "Ask the owner of the workspace for access to its storage, and check the clock.", Authentication),
        Row(ErrorIds.StorageEndpointInvalid, "Give an https address, or an address on this machine.", InvalidInput),
        Row(ErrorIds.StorageNotSupported, CheckSettings, InvalidInput, Protocol),
        Row(ErrorIds.ObjectNotFound, "The file's content is not in the storage; it may have been deleted.", NotFound),
        Row(ErrorIds.ObjectChanged, "The object was replaced while it was read; start again.", Integrity),
        Row(ErrorIds.UploadVanished, "The unfinished upload no longer exists; start it again.", NotFound),

        Row(ErrorIds.EncryptionKeyMissing, "The file cannot be read without its key; ask the platform's support.", Integrity),
        Row(ErrorIds.EncryptionIvMissing, "The file cannot be read without it; ask the platform's support.", Integrity),
        Row(ErrorIds.DecryptionFailed, Damaged, Integrity),
        Row(ErrorIds.FormatInvalid, Damaged, Integrity),
        Row(ErrorIds.FormatNotSupported, "Get the file with a newer version of this module, or with the tool that sent it.", Integrity),
        Row(ErrorIds.SizeMismatch, Damaged, Integrity),
        Row(ErrorIds.ChecksumMismatch, Damaged, Integrity),

        Row(ErrorIds.SourceNotFound, CheckPath, NotFound),
        Row(ErrorIds.SourceUnreadable, "Check your permissions, and whether another program holds the file open.", LocalFile, InvalidInput),
        Row(ErrorIds.SourceChanged, "Send it again when nothing writes to it any more.", ErrorKind.SourceChanged),
        Row(ErrorIds.SourceIsDirectory, "Use Send-RescaleFolder for a folder.", InvalidInput),
        Row(ErrorIds.SourceIsFile, "Use Send-RescaleFile for a file.", InvalidInput),
        Row(ErrorIds.SymbolicLinkRefused, "Choose another -SymbolicLink, or remove the link.", InvalidInput),
        Row(ErrorIds.ArchiveNameTaken, "Keep the folders, leave one of the files out, or give it another name.", InvalidInput),
        Row(ErrorIds.DestinationExists, "Remove it, give another destination, or say what is to become of it.", AlreadyExists),
        Row(ErrorIds.DestinationInvalid, CheckPath, InvalidInput),
        Row(ErrorIds.DestinationUnwritable, "Check the folder and your permissions there.", LocalFile),
        Row(ErrorIds.DiskFull, "Free some space, or choose another destination.", ErrorKind.DiskFull),
        Row(ErrorIds.UnsafeFileName, "Give it another name where it is.", InvalidInput),
        Row(ErrorIds.ProviderNotSupported, "Give a path on a FileSystem drive.", InvalidInput),
        Row(ErrorIds.PatternInvalid, "Put a backtick in front of a bracket that is part of the name.", InvalidInput),
        Row(ErrorIds.TransferOptionInvalid, "Give a value within the limits that the message names.", InvalidInput),
        Row(ErrorIds.TransferInUse, "Wait until it has ended, or stop it.", State),
        Row(ErrorIds.TransferNotFound, "List them with Get-RescaleTransfer.", NotFound),
        Row(ErrorIds.TransferNotResumable, StartAgain, State),
        Row(ErrorIds.TransferStateUnreadable, CheckPermissions, LocalFile),
        Row(ErrorIds.TransferStateUnwritable, FreeOrPermit, LocalFile),
        Row(ErrorIds.FolderCreationUncertain, "Look for the folder on the platform before making it again.", State),
        Row(ErrorIds.FileRegistrationUncertain, "Look for the file on the platform before sending it again.", State),

        Row(ErrorIds.JobSpecInvalid, "Correct what the message names.", InvalidInput),
        Row(ErrorIds.JobTableInvalid, "Correct the row and column that the message names.", InvalidInput),
        Row(ErrorIds.JobFileInvalid, "Correct the entry that the message names.", InvalidInput),
        Row(ErrorIds.JobScriptInvalid, "Correct the lines that the message names.", InvalidInput),
        Row(ErrorIds.JobFailed, "Read the job's output: Receive-RescaleJob.", ErrorKind.JobFailed),
        Row(ErrorIds.JobNotEnded, "Stop it with Stop-RescaleJob first, or use -Force.", State),
        Row(ErrorIds.JobWaitTimeout, "The job goes on; wait for it again with Wait-RescaleJob.", TimedOut),
        Row(ErrorIds.JobSubmissionUncertain, "Look for the job on the platform before creating or submitting it again.", State),
        Row(ErrorIds.OrganizationUnknown, "Give the organization's code: OrgCode of a specification, -OrganizationCode of Set-RescaleJobProject.", InvalidInput),
        Row(ErrorIds.PipelineStateInvalid, "Give the state file of this table, or another name for a new one.", State),
        Row(ErrorIds.PipelineStageFailed, "Report this message with the run's journal.", State),

        Row(ErrorIds.SandboxRuntimeMissing, "Install the ASP.NET Core 10 runtime.", MissingDependency),
        Row(ErrorIds.SandboxAzuriteMissing, "Install it with: npm install -g azurite", MissingDependency),
        Row(ErrorIds.SandboxStartFailed, "Read the sandbox's log in its data folder.", State, LocalFile, MissingDependency),
        Row(ErrorIds.SandboxNotRunning, "Start one with Start-RescaleSandbox.", NotFound),
        Row(ErrorIds.SandboxAmbiguous, "Pass one of them down the pipeline, or give its address.", InvalidInput),
        Row(ErrorIds.SandboxStopFailed, "End its process by its number.", State),
    }.ToFrozenDictionary(static entry => entry.Id, StringComparer.Ordinal);

    /// <summary>All, by identifier.</summary>
    public static IEnumerable<ErrorEntry> All => Entries.Values.OrderBy(static entry => entry.Id, StringComparer.Ordinal);

    /// <returns>Null for an identifier that is not of this module.</returns>
    public static ErrorEntry? Find(string id) => Entries.GetValueOrDefault(id);

    private static ErrorEntry Row(string id, string action, params ErrorKind[] kinds) => new(id, kinds, action);
}
