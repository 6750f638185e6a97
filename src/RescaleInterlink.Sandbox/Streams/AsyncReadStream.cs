namespace RescaleInterlink.Sandbox.Streams;

/// <summary>A body on its way in: read forward and asynchronously.</summary>
internal abstract class AsyncReadStream : ForwardStream
{
    public override bool CanRead => true;

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);
}
