namespace RescaleInterlink.Transfers;

/// <summary>A source of bytes. It is either an <see cref="IRangeSource"/> or an <see cref="IForwardSource"/>.</summary>
public interface IByteSource
{
    /// <summary>For messages and progress; a path or a name.</summary>
    string DisplayName { get; }

    Task<SourceIdentity> GetIdentityAsync(CancellationToken cancellationToken);
}

/// <summary>A source whose length is known and of which any range can be read, repeatedly and concurrently.</summary>
public interface IRangeSource : IByteSource
{
    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>: exactly, or throws SourceChanged.</summary>
    ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken);
}

/// <summary>A source that can only be read from front to back; its length may be unknown.</summary>
public interface IForwardSource : IByteSource
{
    /// <summary>
    /// What makes the bytes, and in which version: as long as this and the identity are the same, each stream that is opened is expected
    /// to give the same bytes, also in another process, so that an upload can be continued by making them again. Null: it can be opened
    /// only once, or the bytes are others each time.
    /// </summary>
    string? Maker => null;

    /// <summary>More bytes than this it never has, so that no larger buffers are made for it; null when that cannot be told.</summary>
    long? MostBytes => null;

    Task<Stream> OpenAsync(CancellationToken cancellationToken);
}
