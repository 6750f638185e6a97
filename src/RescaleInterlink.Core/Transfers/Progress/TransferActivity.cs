namespace RescaleInterlink.Transfers.Progress;

/// <summary>What a transfer is held to at a moment: always at most one thing.</summary>
internal enum TransferActivity
{
    /// <summary>It has no place yet, has ended, or is not known to do any of the others.</summary>
    Nothing,

    /// <summary>Requests of its own are under way, or are to be repeated, and nothing of the others keeps it from more of them.</summary>
    Network,

    /// <summary>The bandwidth limit that the caller has set.</summary>
    Bandwidth,

    /// <summary>Others have all connections.</summary>
    Connection,

    /// <summary>Others have all memory.</summary>
    Memory,

    /// <summary>Reading the source, or writing the file.</summary>
    Disk,

    /// <summary>Making the bytes of a source that is made while it is read, such as a compressed archive.</summary>
    Making,

    /// <summary>The hash, the encryption or the decryption.</summary>
    Encryption,
}

/// <summary>What a transfer's own threads do.</summary>
internal enum TransferWork
{
    /// <summary>From the disk.</summary>
    Reading,
    Making,

    /// <summary>Hashing, encrypting, decrypting.</summary>
    Encrypting,

    /// <summary>To the disk.</summary>
    Writing,
}
