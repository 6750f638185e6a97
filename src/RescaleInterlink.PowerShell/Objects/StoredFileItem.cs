using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>What a library file, a file just sent and a job's output have in common: it can be received.</summary>
/// <remarks>The properties are overridden only so that the shell shows them in the order of the class a script sees.</remarks>
public abstract class StoredFileItem : StoredItem
{
    private protected StoredFileItem(PlatformFile? record) => Record = record;

    /// <summary>The platform's record with the key, kept so that a download needs no second look-up. Never shown.</summary>
    internal PlatformFile? Record { get; }

    public abstract string Id { get; }

    public abstract string Name { get; }

    /// <summary>Bytes before encryption.</summary>
    public abstract long? Size { get; }

    /// <summary>Lower-case hex of the plaintext's hash, when the platform has it.</summary>
    public abstract string? Sha512 { get; }
}
