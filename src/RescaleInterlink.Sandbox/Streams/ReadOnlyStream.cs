namespace RescaleInterlink.Sandbox.Streams;

/// <summary>Content that is read forward, from what is at hand: a file, a cipher, memory.</summary>
internal abstract class ReadOnlyStream : ForwardStream
{
    public override bool CanRead => true;

    public abstract override int Read(Span<byte> buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }
}
