using RescaleInterlink.Sandbox.Streams;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>A request's body up to a point.</summary>
/// <param name="inner">The body.</param>
/// <param name="left">Bytes that pass.</param>
/// <param name="atLimit">What happens then, once; it throws when nothing more is to be read.</param>
internal sealed class CutRequest(Stream inner, long left, Func<Task> atLimit) : AsyncReadStream
{
    private long _left = left;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
        {
            _left = long.MaxValue;
            await atLimit();
        }

        int read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= read;
        return read;
    }
}
