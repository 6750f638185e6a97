namespace RescaleInterlink.Sandbox.Data;

/// <summary>The kinds of storage a sandbox can show; the value of a record from before there were two is the first.</summary>
public enum StorageKind
{
    /// <summary>The sandbox's own S3.</summary>
    S3,

    /// <summary>An Azure account, served by Azurite behind the sandbox's own port.</summary>
    Azure,
}
