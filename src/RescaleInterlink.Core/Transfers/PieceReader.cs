using RescaleInterlink.Errors;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Transfers;

/// <summary>Reads a source once, from front to back, and knows with the last byte that it was the last.</summary>
internal abstract class PieceReader : IAsyncDisposable
{
    /// <summary>Fills the buffer, unless the source ends first.</summary>
    public abstract ValueTask<(int Count, bool Ended)> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <param name="offset">Byte to begin at; 0 for a source that has no ranges.</param>
    public static async Task<PieceReader> OpenAsync(
        IByteSource source, SourceIdentity identity, long offset, CancellationToken cancellationToken) => source switch
    {
        IRangeSource ranges when identity.Length is { } length => new RangePieceReader(ranges, offset, length),
        IForwardSource forward => new ForwardPieceReader(forward.DisplayName, await forward.OpenAsync(cancellationToken), identity.Length),
        _ => throw new RescaleException(ErrorIds.SourceUnreadable, ErrorKind.InvalidInput,
            $"'{source.DisplayName}' can be read neither in ranges of a known length nor from front to back.", "Send it from a file."),
    };

    private sealed class RangePieceReader(IRangeSource source, long offset, long length) : PieceReader
    {
        private long _offset = offset;

        public override async ValueTask<(int Count, bool Ended)> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var count = (int)Math.Min(buffer.Length, length - _offset);
            if (count > 0) await source.ReadAsync(_offset, buffer[..count], cancellationToken);
            _offset += count;
            return (count, _offset == length);
        }

        // The source belongs to whoever asked for the upload.
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class ForwardPieceReader(string displayName, Stream stream, long? length) : PieceReader
    {
        // Whether a full buffer was the last is known only by asking for one more byte.
        private readonly byte[] _ahead = new byte[1];
        private bool _hasAhead;
        private long _total;

        public override async ValueTask<(int Count, bool Ended)> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            try
            {
                var count = 0;
                if (_hasAhead && buffer.Length > 0)
                {
                    buffer.Span[count++] = _ahead[0];
                    _hasAhead = false;
                }

                count += await stream.ReadAtLeastAsync(buffer[count..], buffer.Length - count, throwOnEndOfStream: false, cancellationToken);
                _total += count;
                var ended = count < buffer.Length || await stream.ReadAsync(_ahead, cancellationToken) == 0;
                _hasAhead = !ended;
                if (length is { } expected && (ended ? _total != expected : _total >= expected))
                    throw LocalFileErrors.SourceChanged(displayName, $"it has not the {expected} bytes that it was said to have");
                return (count, ended);
            }
            catch (Exception failure) when (LocalFileErrors.FromReading(failure, displayName) is { } translated)
            {
                throw translated;
            }
        }

        public override ValueTask DisposeAsync() => stream.DisposeAsync();
    }
}
