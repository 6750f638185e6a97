using System.Buffers;
using RescaleInterlink.Cryptography;
using RescaleInterlink.Transfers.Checkpoints;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// What an earlier run has not sent. Of a source with ranges only that is encrypted, and the part behind each gap, which must come out as it was
/// sent; the hash is made beside it by a reading of its own, which proves the other parts. Of any other source everything is made again from the start.
/// </summary>
internal sealed class MissingParts(
    UploadRequest request, EngineResources engine, TransferEntry entry, UploadLedger ledger, MultipartSession session, SourceIdentity identity, PartLengths lengths)
{
    // Not from the budget: the parts that hold it may wait for this reading to end.
    private const int ReadSize = 256 << 10;

    private readonly UploadPipeline _pipeline = new(request, engine, entry, ledger, session, identity);

    /// <param name="there">Plaintext bytes of the parts that are there.</param>
    /// <param name="known">Hash of the whole, when the earlier run had got that far.</param>
    /// <returns>Lower-case hex, plaintext bytes of the whole, and those that were there.</returns>
    /// <exception cref="CannotContinueException">The source is no longer what was sent.</exception>
    public async Task<(string Sha512, long Length, long Resumed)> SendAsync(long there, string? known, CancellationToken cancellationToken)
    {
        if (lengths.Total is { } total && (request.Source is IRangeSource || IsComplete(known)))
        {
            entry.AddResumed(there);
            // All parts were there before the kill, and the hash was made of the bytes that were sent.
            return (IsComplete(known) ? known! : await SendRangesAsync(lengths.Count!.Value, cancellationToken), total, there);
        }

        var sha512 = await MakeAgainAsync(cancellationToken);
        return (sha512, _pipeline.Length, _pipeline.Compared);
    }

    public static CannotContinueException MadeOtherwise(string how) =>
        new($"its bytes come out otherwise than those that were sent, although the source is the same: {how}");

    public static CannotContinueException Changed() => new("the source is no longer what was sent, although its length and time are the same");

    private bool IsComplete(string? known) => known is not null && Missing(lengths.Count!.Value).Count == 0;

    private List<PartRun> Missing(int count)
    {
        var runs = new List<PartRun>();
        for (var number = 1; number <= count; number++)
        {
            if (ledger.Find(number) is not null) continue;
            if (runs.Count > 0 && runs[^1].Last == number - 1) runs[^1] = runs[^1] with { Last = number };
            else runs.Add(new PartRun(number, number));
        }

        return runs;
    }

    private async Task<string> SendRangesAsync(int count, CancellationToken cancellationToken)
    {
        var before = Enumerable.Range(1, count).Select(ledger.Find).ToArray();
        var sums = new uint[count];
        var sha512 = await RunAsync(
            scope =>
            {
                var sha512 = "";
                scope.Run(async () => sha512 = await HashAsync(before, sums, scope.Token));
                // The part behind a gap was chained to bytes of the gap that nobody has seen since.
                _pipeline.RunParts([.. Missing(count).Select(run => run with { Last = Math.Min(run.Last + 1, count) })], scope);
                return () => sha512;
            },
            cancellationToken);
        // What was sent just now was read by another reading than the hash.
        if (ledger.Parts.Any(part => part.PlainCrc != sums[part.Number - 1])) throw Changed();
        return sha512;
    }

    private async Task<string> MakeAgainAsync(CancellationToken cancellationToken)
    {
        var sha512 = await RunAsync(_pipeline.RunWhole, cancellationToken);
        // Parts beyond the end, or none at all: it has become shorter.
        var made = (int)CipherSize.PartCount(_pipeline.Length, lengths.PartSize);
        if (_pipeline.Single is not null || ledger.Parts.Count != made) throw MadeOtherwise($"they end in part {made}");
        return sha512;
    }

    private async Task<string> RunAsync(Func<TaskScope, Func<string>> start, CancellationToken cancellationToken)
    {
        using var scope = new TaskScope(cancellationToken);
        try
        {
            var sha512 = start(scope);
            await scope.JoinAsync();
            return sha512();
        }
        finally
        {
            // At once, unless a straggler still works on them.
            _ = scope.AllEnded.ContinueWith(_ => _pipeline.ReleaseBuffers(), CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Reads the source from front to back; finds out early when a part that was sent by the earlier run is no longer in it.</summary>
    private async Task<string> HashAsync(FinishedPart?[] sent, uint[] sums, CancellationToken cancellationToken)
    {
        using var hasher = new Sha512Hasher();
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            await using var reader = await PieceReader.OpenAsync(request.Source, identity, 0, cancellationToken);
            for (var number = 1; number <= sent.Length; number++)
            {
                for (var left = lengths.Of(number); left > 0;)
                {
                    var piece = buffer.AsMemory(0, Math.Min(left, ReadSize));
                    await reader.ReadAsync(piece, cancellationToken);
                    hasher.Append(piece.Span);
                    sums[number - 1] = Crc32C.Append(sums[number - 1], piece.Span);
                    left -= piece.Length;
                }

                if (sent[number - 1] is { } part && part.PlainCrc != sums[number - 1]) throw Changed();
            }

            return hasher.Finish();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
