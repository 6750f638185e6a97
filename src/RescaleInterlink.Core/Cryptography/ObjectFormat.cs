namespace RescaleInterlink.Cryptography;

/// <summary>How an object's plaintext was encrypted (interop storage 2).</summary>
public enum ObjectFormat
{
    /// <summary>One CBC stream with one padding at its end; the platform's own job outputs.</summary>
    Whole = 0,

    /// <summary>Every part has its own HKDF key, IV and padding; written only by Interlink 3.0 and 3.1.</summary>
    PartKeys = 1,

    /// <summary>Parts chained by their last cipher block; byte for byte the same as <see cref="Whole"/>.</summary>
    Chained = 2,
}
