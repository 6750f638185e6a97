namespace RescaleInterlink.PowerShell.Binding;

/// <summary>What Send-RescaleFile does when the folder has a file of that name.</summary>
public enum SendConflict
{
    /// <summary>Does not look; the platform allows equal names.</summary>
    None,

    /// <summary>Looks, tells, and sends it all the same.</summary>
    Allow,

    /// <summary>Does not send it, and writes the file that is there.</summary>
    Skip,

    /// <summary>Does not send it: the error FileAlreadyExists.</summary>
    Error,
}

/// <summary>What Receive-RescaleFile does when there is a file at the destination.</summary>
public enum ReceiveConflict
{
    /// <summary>Does not receive it: the error DestinationExists.</summary>
    Error,

    /// <summary>Replaces it at the moment the new one is whole and verified.</summary>
    Overwrite,

    /// <summary>Leaves it as it is.</summary>
    Skip,

    /// <summary>Writes beside it, as <c>name (2).ext</c>.</summary>
    Rename,
}
