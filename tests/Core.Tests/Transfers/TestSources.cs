using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>Bytes in memory as a file would give them; a test may change its identity or hold its reads.</summary>
internal sealed class MemorySource(byte[] content) : IRangeSource
{
    private int _reads;

    public string DisplayName => "memory";
    public SourceIdentity Identity { get; set; } = new(content.Length, "stamp");

    /// <summary>Called with the 0-based number of each read, before it.</summary>
    public Func<int, Task>? BeforeRead { get; init; }

    public Task<SourceIdentity> GetIdentityAsync(CancellationToken cancellationToken) => Task.FromResult(Identity);

    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (BeforeRead is { } before) await before(Interlocked.Increment(ref _reads) - 1);
        content.AsMemory((int)offset, destination.Length).CopyTo(destination);
    }
}

/// <summary>Bytes that can only be read from front to back, in small helpings.</summary>
internal sealed class ForwardSource(byte[] content, long? length = null, int helping = 1000) : IForwardSource
{
    public string DisplayName => "forward";
    public long? MostBytes { get; init; }

    /// <summary>Null for bytes that cannot be made again.</summary>
    public string? Maker { get; init; }

    public string? Stamp { get; init; }

    /// <summary>How often its bytes were asked for.</summary>
    public int Opened { get; private set; }

    /// <summary>Where the stream says nothing more until its token ends.</summary>
    public long? StallAt { get; init; }

    public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<SourceIdentity> GetIdentityAsync(CancellationToken cancellationToken) => Task.FromResult(new SourceIdentity(length, Stamp));

    public Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        Opened++;
        return Task.FromResult<Stream>(new HelpingStream(this, content, helping));
    }

    private sealed class HelpingStream(ForwardSource source, byte[] content, int helping) : MemoryStream(content, writable: false)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (Position >= source.StallAt)
            {
                source.Stalled.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return Read(buffer.Span[..Math.Min(helping, buffer.Length)]);
        }
    }
}
