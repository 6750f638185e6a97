namespace RescaleInterlink.Sandbox.Streams;

/// <summary>A body on its way out: written forward and asynchronously.</summary>
internal abstract class AsyncWriteStream : ForwardStream
{
    public override bool CanWrite => true;

    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);
}
