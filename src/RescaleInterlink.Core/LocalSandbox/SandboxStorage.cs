namespace RescaleInterlink.LocalSandbox;

/// <summary>What a sandbox's storage looks like to its clients.</summary>
public enum SandboxStorage
{
    /// <summary>Amazon S3.</summary>
    S3,

    /// <summary>An Azure account, which needs Azurite on this machine.</summary>
    Azure,
}
