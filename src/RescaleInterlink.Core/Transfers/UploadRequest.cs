namespace RescaleInterlink.Transfers;

public sealed record UploadRequest
{
    public required IByteSource Source { get; init; }

    /// <summary>With its own retries; the engine repeats nothing.</summary>
    public required Storage.IObjectStore Store { get; init; }

    public required string Key { get; init; }
}

/// <param name="EncryptionKey">32 bytes. A secret.</param>
/// <param name="Iv">16 bytes; also in the object's metadata.</param>
/// <param name="Length">Plaintext bytes.</param>
/// <param name="Sha512">Lower-case hex of the plaintext's hash.</param>
/// <param name="Parts">Parts the object was written in; 1 = a single request.</param>
public sealed record UploadResult(string Key, byte[] EncryptionKey, byte[] Iv, long Length, string Sha512, int Parts)
{
    public override string ToString() => $"UploadResult {{ Key = {Key}, Length = {Length} }}";
}
