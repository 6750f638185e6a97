namespace RescaleInterlink.Storage;

/// <summary>
/// One container of an object store, seen as narrowly as the engine needs it: properties, a range, and
/// begin / write numbered part / list parts / commit / abort, and what cleaning up needs. Implementations are thread-safe, repeat nothing,
/// and report failures as <see cref="Errors.RescaleException"/> with a behaviour.
/// </summary>
public interface IObjectStore : IAsyncDisposable
{
    StoreCapabilities Capabilities { get; }

    /// <exception cref="Errors.RescaleException">ObjectNotFound when there is no such object.</exception>
    Task<ObjectProperties> GetPropertiesAsync(string key, CancellationToken cancellationToken);

    /// <summary>Fills <paramref name="destination"/> with the bytes from <paramref name="offset"/> on: exactly, or throws.</summary>
    /// <param name="ifMatch">ETag the object must still have, or null; another one is ObjectChanged.</param>
    Task ReadRangeAsync(string key, long offset, Memory<byte> destination, string? ifMatch, CancellationToken cancellationToken);

    /// <summary>
    /// Properties and the first bytes in one request: fills <paramref name="destination"/>, or as much of it as the object has.
    /// </summary>
    /// <param name="destination">At least 1 byte.</param>
    /// <exception cref="Errors.RescaleException">ObjectNotFound; ObjectChanged when the object is empty, which some stores do not answer.</exception>
    Task<ObjectProperties> ReadStartAsync(string key, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Stores a whole object in one request.</summary>
    Task<WrittenObject> PutAsync(string key, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken);

    Task<MultipartUpload> BeginAsync(string key, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken);

    /// <param name="partNumber">1-based.</param>
    Task<StoredPart> WritePartAsync(MultipartUpload upload, int partNumber, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Parts the store holds for an unfinished upload, by number.</summary>
    IAsyncEnumerable<StoredPart> ListPartsAsync(MultipartUpload upload, CancellationToken cancellationToken);

    /// <summary>Makes the object from exactly these parts, in order. Returns its ETag.</summary>
    Task<string> CommitAsync(MultipartUpload upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken);

    /// <summary>Gives up the upload and its parts. Doing it twice is not an error.</summary>
    Task AbortAsync(MultipartUpload upload, CancellationToken cancellationToken);

    /// <summary>Uploads that nobody finished, of keys that begin with <paramref name="prefix"/>. Nothing where the store cannot tell.</summary>
    IAsyncEnumerable<UnfinishedUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object. One that does not exist is not an error.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);
}
