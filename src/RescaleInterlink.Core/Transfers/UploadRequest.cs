using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.Checkpoints;

namespace RescaleInterlink.Transfers;

public sealed record UploadRequest
{
    public required IByteSource Source { get; init; }

    /// <summary>With its own retries; the engine repeats nothing.</summary>
    public required Storage.IObjectStore Store { get; init; }

    /// <summary>Key of a new object. A transfer that is continued keeps the key it began with: see <see cref="UploadResult.Key"/>.</summary>
    public required string Key { get; init; }

    /// <summary><see cref="ObjectFormat.Chained"/> (v2), or <see cref="ObjectFormat.Whole"/> (v0): the same bytes, other metadata.</summary>
    public ObjectFormat Format { get; init; } = ObjectFormat.Chained;

    /// <summary>Under which name the transfer can be continued; null: it cannot, and leaves nothing behind.</summary>
    public ResumeIdentity? Resume { get; init; }

    /// <summary>Told why a transfer that had begun is not continued but begun anew. Called from any thread.</summary>
    public Action<string>? OnNotice { get; init; }

    /// <summary>Told that an earlier run is continued, before the first byte travels: plaintext bytes that need not travel again, and
    /// those of the whole, or null when their number shows only at the end. Called from any thread.</summary>
    public Action<long, long?>? OnContinued { get; init; }

    /// <summary>
    /// Asked when an earlier run has made an object that this one does not want, because the source has changed since: why it must
    /// stay, or null when it is sure that nobody needs it. Not set: it stays. An object that stays is told of by <see cref="OnNotice"/>.
    /// </summary>
    public Func<LeftObject, CancellationToken, Task<string?>>? WhyKeepAsync { get; init; }

    /// <summary>
    /// Called when the object is whole, before the checkpoint is given up: a failure or a kill in here repeats only this.
    /// It may then be called for an object of an earlier run. Without a checkpoint it is not called, as there is nothing to hold on to.
    /// </summary>
    public Func<UploadResult, CancellationToken, Task>? OnCommitted { get; init; }
}

/// <summary>A whole object that an earlier run has made and perhaps handed over.</summary>
/// <param name="Begun">When that run began.</param>
public sealed record LeftObject(string Key, Storage.ObjectProperties Properties, DateTimeOffset Begun);

/// <param name="Key">Key of the object, which an earlier run may have chosen.</param>
/// <param name="EncryptionKey">32 bytes. A secret.</param>
/// <param name="Iv">16 bytes; also in the object's metadata.</param>
/// <param name="Length">Plaintext bytes.</param>
/// <param name="Sha512">Lower-case hex of the plaintext's hash.</param>
/// <param name="Parts">Parts the object was written in; 1 = a single request.</param>
/// <param name="ResumedBytes">Plaintext bytes that an earlier run had sent; 0 when all are of this one.</param>
public sealed record UploadResult(string Key, byte[] EncryptionKey, byte[] Iv, long Length, string Sha512, int Parts, long ResumedBytes = 0)
{
    /// <summary>Verified when the store compared a checksum of every part; Unverifiable when it takes none.</summary>
    public Integrity Integrity { get; init; } = Integrity.Unverifiable;

    /// <summary>When the first run of it began; null when it cannot be continued.</summary>
    public DateTimeOffset? Begun { get; init; }

    /// <summary>From the moment the engine took the file up.</summary>
    public TimeSpan Duration { get; init; }

    public override string ToString() => $"UploadResult {{ Key = {Key}, Length = {Length} }}";
}
