namespace RescaleInterlink.Sandbox.Streams;

/// <summary>The same length with every byte turned over, so that any range shows the difference.</summary>
internal sealed class InvertedStream(Stream inner) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        foreach (ref byte value in buffer[..read])
            value = (byte)~value;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
