using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

// Reading what a run under way has written so far. After "Tail File Content" of the platform's public API documentation
// (https://engineering.rescale.com/api-docs/), which says that the call is for runs in progress only; the Go tool does not use it.
public sealed partial class JobsClient
{
    /// <summary>The last lines of a file in the work folder of a run.</summary>
    /// <param name="path">Relative, names separated by <c>/</c>.</param>
    /// <returns>Without their ends; null when there is no such file (yet), the run has ended, or the platform does not offer it.</returns>
    /// <exception cref="RescaleException">What any call reports, but not JobNotFound.</exception>
    public async Task<IReadOnlyList<string>?> GetLastLinesAsync(string jobId, string runId, string path, int lines, CancellationToken cancellationToken)
    {
        if (LiveCall(jobId, runId, path) is not { } call)
            return null;
        try
        {
            var last = await _channel.GetAsync(call with { Path = $"{call.Path}?lines={lines}" }, PlatformJson.Default.LastLinesDto, cancellationToken).ConfigureAwait(false);
            return [.. (last.Lines ?? []).Select(static line => line ?? "")];
        }
        catch (RescaleException e) when (IsNotThere(e))
        {
            return null;
        }
    }

    /// <summary>Bytes of a file in the work folder of a run, as a byte range; whether the platform takes ranges is not documented, and a server
    /// that does not may send all of them.</summary>
    /// <param name="path">Relative, names separated by <c>/</c>.</param>
    /// <param name="offset">Bytes before the first that is wanted.</param>
    /// <param name="length">Most bytes that are wanted, and held in memory.</param>
    /// <returns>As many as there are, perhaps none; null when there is no such file (yet), the run has ended, or the platform does not offer it.</returns>
    /// <exception cref="RescaleException">What any call reports, but not JobNotFound.</exception>
    public async Task<LivePiece?> ReadLiveAsync(string jobId, string runId, string path, long offset, int length, CancellationToken cancellationToken)
    {
        if (LiveCall(jobId, runId, path) is not { } call)
            return null;
        try
        {
            var (bytes, total) = await _channel.GetPieceAsync(call with { Piece = new BytePiece(offset, Math.Max(1, length)) }, cancellationToken).ConfigureAwait(false);
            return new LivePiece(bytes, total);
        }
        catch (RescaleException e) when (e.StatusCode == 416)
        {
            return new LivePiece(ReadOnlyMemory<byte>.Empty, null);
        }
        catch (RescaleException e) when (IsNotThere(e))
        {
            return null;
        }
    }

    /// <returns>Null for a path that would lead elsewhere.</returns>
    private ApiCall? LiveCall(string jobId, string runId, string path)
    {
        var names = path.Split('/');
        if (names.Any(static name => name is "" or "." or ".."))
            return null;
        // The documented address has no slash at its end.
        return Call(HttpMethod.Get, jobId, $"runs/{Uri.EscapeDataString(runId)}/tail/{string.Join('/', names.Select(Uri.EscapeDataString))}", _channel.Policy.Listing, "v2") with
        {
            Subject = $"the file '{path}' of the job '{jobId}'",
        };
    }

    private static bool IsNotThere(RescaleException failure) => failure.StatusCode is 404 or 405 or 501;
}
