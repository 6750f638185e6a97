namespace RescaleInterlink.Transfers;

/// <summary>
/// Moves bytes between sources, stores and files. One per command: all its transfers share the connections,
/// the memory budget and the progress numbers. Thread-safe.
/// </summary>
public sealed class TransferEngine : IAsyncDisposable
{
    public TransferEngine(TransferOptions options, TimeProvider? time = null) => throw new NotImplementedException();

    /// <summary>Reads once, hashes and encrypts (v2) while parts leave, commits. On failure or stop nothing is left at the key.</summary>
    public Task<UploadResult> UploadAsync(UploadRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Ranges in any order, decrypted on arrival, verified, then renamed to the destination.</summary>
    public Task<DownloadResult> DownloadAsync(DownloadRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ProgressSnapshot GetProgress() => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>A local file as a source.</summary>
public sealed class LocalFileSource : IRangeSource, IDisposable
{
    /// <exception cref="Errors.RescaleException">SourceNotFound, SourceIsDirectory or SourceUnreadable.</exception>
    public LocalFileSource(string path) => throw new NotImplementedException();
    public string DisplayName => throw new NotImplementedException();
    public Task<SourceIdentity> GetIdentityAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}
