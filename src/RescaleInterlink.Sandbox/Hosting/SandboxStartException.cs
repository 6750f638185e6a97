namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>The sandbox cannot start, for a reason that its caller can do something about.</summary>
public sealed class SandboxStartException(string errorId, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public const string SettingsInvalid = "SandboxSettingsInvalid";
    public const string FolderInUse = "SandboxFolderInUse";
    public const string PortTaken = "SandboxPortTaken";
    public const string AzuriteMissing = "SandboxAzuriteMissing";
    public const string StartFailed = "SandboxStartFailed";

    public string ErrorId { get; } = errorId;
}
