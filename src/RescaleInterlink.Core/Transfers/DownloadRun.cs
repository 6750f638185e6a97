using RescaleInterlink.Cryptography;
using RescaleInterlink.Errors;
using RescaleInterlink.Storage;
using RescaleInterlink.Transfers.LocalFiles;
using RescaleInterlink.Transfers.Progress;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Transfers;

/// <summary>
/// One download: properties, format, size, tail probe; then the chunks; then length, hash, flush, rename. It continues
/// what an earlier run has left where that still fits.
/// </summary>
internal sealed class DownloadRun(DownloadRequest request, EngineResources engine, TransferEntry entry)
{
    private ObjectProperties _properties = null!;

    public async Task<DownloadResult> RunAsync(CancellationToken cancellationToken)
    {
        engine.Leftovers.DeleteBeside(request.Destination);
        await using var resume = await DownloadResume.OpenAsync(request, engine, cancellationToken);
        try
        {
            var result = await FetchAsync(resume, cancellationToken);
            await resume.SucceedAsync();
            return result;
        }
        catch (Exception failure)
        {
            await resume.FailAsync(failure, cancellationToken);
            throw;
        }
    }

    private async Task<DownloadResult> FetchAsync(DownloadResume resume, CancellationToken cancellationToken)
    {
        if (!resume.MayBePublished)
        {
            PartialFile.CheckDestination(request.Destination, request.Overwrite);
            if (await FetchSmallAsync(resume, cancellationToken) is { } small) return small;
        }

        _properties = await entry.RequestAsync(RequestLane.Short,
            () => request.Store.GetPropertiesAsync(request.Key, cancellationToken), cancellationToken);
        if (await resume.FindPublishedAsync(_properties, cancellationToken) is { } published)
        {
            entry.SetTotal(published.Length);
            entry.AddResumed(published.Length);
            return published;
        }

        PartialFile.CheckDestination(request.Destination, request.Overwrite);
        // The Go tool stores an empty file without its padding block when it encrypts first (interop storage 12.6).
        if (_properties.Length == 0 && request.Length == 0) return await RunEmptyAsync(resume, cancellationToken);
        var encryption = DownloadChecks.RequireSize(request, ObjectEncryption.Detect(_properties.Metadata), _properties.Length);
        var layout = CbcLayout.Of(encryption, _properties.Length);
        var chunkSize = resume.ChunkSize ?? engine.ChunkSize;
        return layout.ChainCount == 1 && layout.CiphertextLength <= chunkSize + CipherBlock.Size
            ? await RunWholeAsync(layout, encryption, resume, cancellationToken)
            : await RunChunksAsync(layout, encryption, chunkSize, resume, cancellationToken);
    }

    /// <summary>
    /// A file that its record says is small: its properties come with its bytes, in one request instead of two.
    /// </summary>
    /// <returns>Null when it is not small, or not what the record says, which the ordinary way then reports.</returns>
    private async Task<DownloadResult?> FetchSmallAsync(DownloadResume resume, CancellationToken cancellationToken)
    {
        if (resume.ChunkSize is not null || request.Length is not { } length || length > engine.ChunkSize) return null;
        var size = (int)CipherSize.OfPlaintext(length);
        using var buffer = await entry.RentAsync(size, cancellationToken);
        var content = buffer.Memory[..size];
        try
        {
            _properties = await entry.RequestAsync(RequestLane.Body,
                () => request.Store.ReadStartAsync(request.Key, content, cancellationToken), cancellationToken);
        }
        catch (RescaleException empty) when (empty.ErrorId == ErrorIds.ObjectChanged)
        {
            return null;
        }

        if (_properties.Length != size) return null;
        var encryption = DownloadChecks.RequireSize(request, ObjectEncryption.Detect(_properties.Metadata), size);
        var layout = CbcLayout.Of(encryption, size);
        return layout.ChainCount == 1 ? await FinishWholeAsync(encryption, content, resume, cancellationToken) : null;
    }

    private async Task<DownloadResult> RunEmptyAsync(DownloadResume resume, CancellationToken cancellationToken)
    {
        resume.Discard("the object is empty now");
        using var hasher = new Sha512Hasher();
        using var file = PartialFile.Create(request.Destination, 0);
        return await CommitAsync(file, 0, hasher.Finish(), resume, cancellationToken);
    }

    /// <summary>An object of one chunk: fetched at once, so that its own padding is the probe.</summary>
    private async Task<DownloadResult> RunWholeAsync(
        CbcLayout layout, ObjectEncryption encryption, DownloadResume resume, CancellationToken cancellationToken)
    {
        var size = (int)layout.CiphertextLength;
        using var buffer = await entry.RentAsync(size, cancellationToken);
        var content = buffer.Memory[..size];
        await ReadAsync(RequestLane.Body, 0, content, cancellationToken);
        return await FinishWholeAsync(encryption, content, resume, cancellationToken);
    }

    private async Task<DownloadResult> FinishWholeAsync(
        ObjectEncryption encryption, Memory<byte> content, DownloadResume resume, CancellationToken cancellationToken)
    {
        resume.Discard("the object is of one chunk now");
        using var decryptor = Decryptor(encryption);
        var chunk = new CbcChunk(0, 0, 0, content.Length, false, 0, content.Length);
        var padding = Padding.Measure(decryptor.Decrypt(chunk, content).Span);
        DownloadChecks.RequirePadding(request, padding);
        var plaintext = content[..^padding];
        entry.SetTotal(plaintext.Length);

        using var hasher = new Sha512Hasher();
        hasher.Append(plaintext.Span);
        var sha512 = hasher.Finish();
        DownloadChecks.RequireHash(request, sha512);
        using var file = PartialFile.Create(request.Destination, plaintext.Length);
        file.Write(0, plaintext.Span);
        entry.AddBytes(plaintext.Length);
        return await CommitAsync(file, plaintext.Length, sha512, resume, cancellationToken);
    }

    private async Task<DownloadResult> RunChunksAsync(
        CbcLayout layout, ObjectEncryption encryption, int chunkSize, DownloadResume resume, CancellationToken cancellationToken)
    {
        (layout, encryption, var padding) = await ProbeAsync(layout, encryption, cancellationToken);
        var length = layout.PlaintextLength(padding);
        entry.SetTotal(length);
        using var decryptor = Decryptor(encryption);
        var plan = new DownloadPlan(_properties, encryption.Format, length, chunkSize, [.. layout.Chunks(length, chunkSize)]);
        var file = await resume.BeginAsync(plan, cancellationToken);
        var fetch = new ChunkFetch(request, _properties.ETag, decryptor, file, resume, engine, entry);
        var sha512 = await fetch.RunAsync(cancellationToken);
        return await CommitAsync(file, length, sha512, resume, cancellationToken);
    }

    /// <summary>Decrypts the very end of the object: it tells the exact length, and turns most wrong keys away.</summary>
    private async Task<(CbcLayout Layout, ObjectEncryption Encryption, int Padding)> ProbeAsync(
        CbcLayout layout, ObjectEncryption encryption, CancellationToken cancellationToken)
    {
        var tail = new byte[(int)Math.Min(2 * CipherBlock.Size, layout.CiphertextLength)];
        await ReadAsync(RequestLane.Short, layout.CiphertextLength - tail.Length, tail, cancellationToken);
        try
        {
            return (layout, encryption, Probe(layout, encryption, tail));
        }
        catch (RescaleException failure) when (failure.ErrorId == ErrorIds.DecryptionFailed
            && DownloadChecks.AsSinglePart(request, encryption, layout.CiphertextLength) is { } single)
        {
            var other = CbcLayout.Of(single, layout.CiphertextLength);
            return (other, single, Probe(other, single, tail));
        }
    }

    private int Probe(CbcLayout layout, ObjectEncryption encryption, ReadOnlySpan<byte> tail)
    {
        using var decryptor = Decryptor(encryption);
        var lastChain = (int)Math.Min(tail.Length, layout.CiphertextLength - layout.LastChainOffset);
        var padding = decryptor.ProbePadding(layout, tail[^lastChain..]);
        DownloadChecks.RequirePadding(request, padding);
        return padding;
    }

    private ObjectDecryptor Decryptor(ObjectEncryption encryption) => new(encryption, request.EncryptionKey, request.RecordIv);

    private Task<bool> ReadAsync(RequestLane lane, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        entry.RequestAsync(lane, async () =>
        {
            await request.Store.ReadRangeAsync(request.Key, offset, destination, _properties.ETag, cancellationToken);
            return true;
        }, cancellationToken);

    private async Task<DownloadResult> CommitAsync(
        PartialFile file, long length, string sha512, DownloadResume resume, CancellationToken cancellationToken)
    {
        entry.Verify();
        var integrity = DownloadChecks.RequireHash(request, sha512);
        using (entry.BeginWork(TransferWork.Writing)) await file.FlushAsync(cancellationToken);
        resume.Reach(DownloadStage.Flushed);
        await resume.NoteHashAsync(sha512, cancellationToken);
        file.Publish(request.Overwrite);
        resume.Reach(DownloadStage.Published);
        return new DownloadResult(request.Destination, length, sha512, integrity, resume.ResumedBytes);
    }
}
