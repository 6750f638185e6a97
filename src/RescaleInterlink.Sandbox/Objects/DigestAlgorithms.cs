namespace RescaleInterlink.Sandbox.Objects;

/// <summary>The digests that can be computed while content streams in.</summary>
[Flags]
public enum DigestAlgorithms
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>MD5, which makes S3's ETags.</summary>
    Md5 = 1,

    /// <summary>CRC-32 (ISO-HDLC, as in zip).</summary>
    Crc32 = 2,

    /// <summary>CRC-32C (Castagnoli).</summary>
    Crc32C = 4,

    /// <summary>CRC-64/NVME.</summary>
    Crc64Nvme = 8,

    /// <summary>SHA-1.</summary>
    Sha1 = 16,

    /// <summary>SHA-256.</summary>
    Sha256 = 32,
}
