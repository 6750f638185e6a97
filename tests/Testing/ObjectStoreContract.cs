using RescaleInterlink.Errors;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Testing;

/// <summary>
/// What every object store must do, whatever it is: each check is run against each store by the suites. Keys are made
/// unique, so that a store can be a shared one.
/// </summary>
public static class ObjectStoreContract
{
    private const int PartSize = 5 << 20;

    /// <summary>Checks by name.</summary>
    public static IReadOnlyDictionary<string, Func<IObjectStore, Task>> Checks { get; } = new Dictionary<string, Func<IObjectStore, Task>>
    {
        [nameof(PutAndReadBack)] = PutAndReadBack,
        [nameof(StartWithProperties)] = StartWithProperties,
        [nameof(PutReplaces)] = PutReplaces,
        [nameof(EmptyObject)] = EmptyObject,
        [nameof(StrangeKeys)] = StrangeKeys,
        [nameof(MissingObject)] = MissingObject,
        [nameof(ChangedObject)] = ChangedObject,
        [nameof(RangeBeyondTheEnd)] = RangeBeyondTheEnd,
        [nameof(PartsInAnyOrder)] = PartsInAnyOrder,
        [nameof(PartWrittenTwice)] = PartWrittenTwice,
        [nameof(PartAfterCommit)] = PartAfterCommit,
        [nameof(NothingBeforeCommit)] = NothingBeforeCommit,
        [nameof(AbortTwice)] = AbortTwice,
        [nameof(CommitAfterAbort)] = CommitAfterAbort,
        [nameof(CommitOfAMissingPart)] = CommitOfAMissingPart,
        [nameof(CommitTwice)] = CommitTwice,
        [nameof(CommitReplaces)] = CommitReplaces,
        [nameof(PartsAtTheSameTime)] = PartsAtTheSameTime,
        [nameof(PartsForResuming)] = PartsForResuming,
        [nameof(PartsOfNothing)] = PartsOfNothing,
        [nameof(UploadsSideBySide)] = UploadsSideBySide,
        [nameof(UnfinishedUploadsAreListed)] = UnfinishedUploadsAreListed,
        [nameof(DeleteTwice)] = DeleteTwice,
        [nameof(StopBeforeStart)] = StopBeforeStart,
    };

    public static async Task PutAndReadBack(IObjectStore store)
    {
        var (key, content) = (NewKey(), Bytes(100_000));
        var etag = (await store.PutAsync(key, content, Metadata, default)).ETag;
        var properties = await store.GetPropertiesAsync(key, default);
        Require(properties.Length == content.Length, "length");
        Require(properties.ETag == etag, "the ETag of the answer is the object's");
        Require(properties.Metadata["IV"] == Metadata["iv"], "metadata is found without regard to case");
        foreach (var (offset, length) in new[] { (0, content.Length), (0, 1), (99_999, 1), (16, 32), (12_345, 54_321) })
            Require((await ReadAsync(store, key, offset, length, etag)).AsSpan().SequenceEqual(content.AsSpan(offset, length)), $"range {offset}+{length}");
    }

    public static async Task StartWithProperties(IObjectStore store)
    {
        var (key, content) = (NewKey(), Bytes(1000));
        var etag = (await store.PutAsync(key, content, Metadata, default)).ETag;
        foreach (var asked in new[] { 1, 999, 1000, 1001, 5000 })
        {
            var start = new byte[asked];
            var properties = await store.ReadStartAsync(key, start, default);
            var length = Math.Min(asked, content.Length);
            Require(properties.Length == content.Length, $"length of the whole object with {asked} asked for");
            Require(properties.ETag == etag && properties.Metadata["IV"] == Metadata["iv"], "ETag and metadata");
            Require(start.AsSpan(0, length).SequenceEqual(content.AsSpan(0, length)) && !start.AsSpan(length).ContainsAnyExcept((byte)0), $"{asked} bytes asked for");
        }
    }

    public static async Task PutReplaces(IObjectStore store)
    {
        var key = NewKey();
        var first = (await store.PutAsync(key, Bytes(10), Metadata, default)).ETag;
        var second = (await store.PutAsync(key, Bytes(20), new Dictionary<string, string>(), default)).ETag;
        var properties = await store.GetPropertiesAsync(key, default);
        Require(first != second && properties is { Length: 20, Metadata.Count: 0 }, "the second object stands alone");
    }

    public static async Task EmptyObject(IObjectStore store)
    {
        var key = NewKey();
        await store.PutAsync(key, ReadOnlyMemory<byte>.Empty, Metadata, default);
        Require(await store.GetPropertiesAsync(key, default) is { Length: 0 } found && found.Metadata["iv"] == Metadata["iv"], "length 0, with metadata");
        Require((await ReadAsync(store, key, 0, 0, null)).Length == 0, "nothing is read of nothing");
    }

    public static async Task StrangeKeys(IObjectStore store)
    {
        foreach (var name in new[] { "a b", "[brackets]", "größe-日本語-🙂", "100%+plus&more=x?#", "a//b", "~tilde'(quote)!*", new string('n', 200) })
        {
            var key = NewKey() + "/" + name;
            await store.PutAsync(key, Bytes(7), Metadata, default);
            Require((await ReadAsync(store, key, 0, 7, null)).AsSpan().SequenceEqual(Bytes(7)), $"key {name}");
            var upload = await store.BeginAsync(key, Metadata, default);
            var part = await store.WritePartAsync(upload, 1, Bytes(9), default);
            await store.CommitAsync(upload, [part], default);
            Require((await store.GetPropertiesAsync(key, default)).Length == 9, $"multipart key {name}");
        }
    }

    public static async Task MissingObject(IObjectStore store)
    {
        await RequireErrorAsync(ErrorIds.ObjectNotFound, () => store.GetPropertiesAsync(NewKey(), default));
        await RequireErrorAsync(ErrorIds.ObjectNotFound, () => ReadAsync(store, NewKey(), 0, 1, null));
    }

    public static async Task ChangedObject(IObjectStore store)
    {
        var key = NewKey();
        var etag = (await store.PutAsync(key, Bytes(100), Metadata, default)).ETag;
        await store.PutAsync(key, Bytes(100, seed: 2), Metadata, default);
        await RequireErrorAsync(ErrorIds.ObjectChanged, () => ReadAsync(store, key, 0, 10, etag));
    }

    public static async Task RangeBeyondTheEnd(IObjectStore store)
    {
        var key = NewKey();
        await store.PutAsync(key, Bytes(100), Metadata, default);
        await RequireErrorAsync(ErrorIds.ObjectChanged, () => ReadAsync(store, key, 100, 10, null));
    }

    public static async Task PartsInAnyOrder(IObjectStore store)
    {
        var (key, content) = (NewKey(), Bytes(2 * PartSize + 1000));
        var upload = await store.BeginAsync(key, Metadata, default);
        var third = await store.WritePartAsync(upload, 3, content.AsMemory(2 * PartSize), default);
        var first = await store.WritePartAsync(upload, 1, content.AsMemory(0, PartSize), default);
        var second = await store.WritePartAsync(upload, 2, content.AsMemory(PartSize, PartSize), default);
        var listed = await ListAsync(store, upload);
        Require(listed.SequenceEqual([first, second, third]), "parts are listed by number, with ETag and length");
        var etag = await store.CommitAsync(upload, [first, second, third], default);
        var properties = await store.GetPropertiesAsync(key, default);
        Require(properties.ETag == etag && properties.Metadata["iv"] == Metadata["iv"], "ETag and metadata of the whole");
        Require((await ReadAsync(store, key, 0, content.Length, etag)).AsSpan().SequenceEqual(content), "content");
    }

    public static async Task PartAfterCommit(IObjectStore store)
    {
        var upload = await store.BeginAsync(NewKey(), Metadata, default);
        var part = await store.WritePartAsync(upload, 1, Bytes(50), default);
        var etag = await store.CommitAsync(upload, [part], default);
        try
        {
            // The same bytes, as a repetition has: Swift puts a late part in the place of the object's own.
            await store.WritePartAsync(upload, 1, Bytes(50), default);
        }
        catch (RescaleException gone) when (gone.ErrorId == ErrorIds.UploadVanished)
        {
            // The usual answer; a server may also take the part, for nothing.
        }

        Require((await ReadAsync(store, upload.Key, 0, 50, etag)).AsSpan().SequenceEqual(Bytes(50)), "a late part does not touch the object");
    }

    public static async Task PartWrittenTwice(IObjectStore store)
    {
        var key = NewKey();
        var upload = await store.BeginAsync(key, Metadata, default);
        await store.WritePartAsync(upload, 1, Bytes(50), default);
        var part = await store.WritePartAsync(upload, 1, Bytes(60, seed: 2), default);
        Require((await ListAsync(store, upload)).SequenceEqual([part]), "the second takes the place of the first");
        await store.CommitAsync(upload, [part], default);
        Require((await ReadAsync(store, key, 0, 60, null)).AsSpan().SequenceEqual(Bytes(60, seed: 2)), "content of the second");
    }

    public static async Task NothingBeforeCommit(IObjectStore store)
    {
        var key = NewKey();
        var upload = await store.BeginAsync(key, Metadata, default);
        await store.WritePartAsync(upload, 1, Bytes(50), default);
        await RequireErrorAsync(ErrorIds.ObjectNotFound, () => store.GetPropertiesAsync(key, default));
        await store.AbortAsync(upload, default);
    }

    public static async Task AbortTwice(IObjectStore store)
    {
        var upload = await store.BeginAsync(NewKey(), Metadata, default);
        await store.AbortAsync(upload, default);
        await store.AbortAsync(upload, default);
    }

    public static async Task CommitAfterAbort(IObjectStore store)
    {
        // Where nothing can be given up, a later commit is as good as any other.
        if (!store.Capabilities.Has(StoreFeatures.FreesAbortedParts)) return;
        var upload = await store.BeginAsync(NewKey(), Metadata, default);
        var part = await store.WritePartAsync(upload, 1, Bytes(50), default);
        await store.AbortAsync(upload, default);
        await RequireErrorAsync(ErrorIds.UploadVanished, () => store.CommitAsync(upload, [part], default));
        await RequireErrorAsync(ErrorIds.UploadVanished, () => ListAsync(store, upload));
    }

    public static async Task CommitOfAMissingPart(IObjectStore store)
    {
        var upload = await store.BeginAsync(NewKey(), Metadata, default);
        var part = await store.WritePartAsync(upload, 1, Bytes(50), default);
        // Without ids a part that is missing is one that has lapsed, and so the upload is no more.
        await RequireErrorAsync(store.Capabilities.Has(StoreFeatures.UploadIds) ? ErrorIds.StorageRejected : ErrorIds.UploadVanished,
            () => store.CommitAsync(upload, [part, part with { PartNumber = 2 }], default));
        await RequireErrorAsync(ErrorIds.ObjectNotFound, () => store.GetPropertiesAsync(upload.Key, default));
        await store.AbortAsync(upload, default);
    }

    public static async Task CommitTwice(IObjectStore store)
    {
        var upload = await store.BeginAsync(NewKey(), Metadata, default);
        var part = await store.WritePartAsync(upload, 1, Bytes(50), default);
        await store.CommitAsync(upload, [part], default);
        try
        {
            await store.CommitAsync(upload, [part], default);
        }
        catch (RescaleException gone) when (gone.ErrorId == ErrorIds.UploadVanished)
        {
            // The one allowed answer beside success: the first commit has used it up.
        }

        Require((await ReadAsync(store, upload.Key, 0, 50, null)).AsSpan().SequenceEqual(Bytes(50)), "the object is whole after the second commit");
        Require((await store.GetPropertiesAsync(upload.Key, default)).Metadata["iv"] == Metadata["iv"], "metadata after the second commit");
    }

    public static async Task CommitReplaces(IObjectStore store)
    {
        var key = NewKey();
        var before = (await store.PutAsync(key, Bytes(30), new Dictionary<string, string> { ["iv"] = "b2xk" }, default)).ETag;
        var upload = await store.BeginAsync(key, Metadata, default);
        var part = await store.WritePartAsync(upload, 1, Bytes(40, seed: 2), default);
        Require((await ReadAsync(store, key, 0, 30, before)).AsSpan().SequenceEqual(Bytes(30)), "the old object stays until the commit");
        var after = await store.CommitAsync(upload, [part], default);
        Require(before != after && (await ReadAsync(store, key, 0, 40, after)).AsSpan().SequenceEqual(Bytes(40, seed: 2)), "the new object");
        Require((await store.GetPropertiesAsync(key, default)).Metadata["iv"] == Metadata["iv"], "metadata of the new object");
        await RequireErrorAsync(ErrorIds.ObjectChanged, () => ReadAsync(store, key, 0, 10, before));
    }

    public static async Task PartsAtTheSameTime(IObjectStore store)
    {
        const int Count = 4;
        var (key, content) = (NewKey(), Bytes(Count * PartSize));
        var upload = await store.BeginAsync(key, Metadata, default);
        var parts = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => store.WritePartAsync(upload, i + 1, content.AsMemory(i * PartSize, PartSize), default)));
        await store.CommitAsync(upload, parts, default);
        const int Range = 3 << 20;
        var read = new byte[content.Length];
        await Task.WhenAll(Enumerable.Range(0, (read.Length + Range - 1) / Range).Select(i =>
            store.ReadRangeAsync(key, i * Range, read.AsMemory(i * Range, Math.Min(Range, read.Length - (i * Range))), null, default)));
        Require(read.AsSpan().SequenceEqual(content), "content written and read in parallel");
    }

    /// <summary>What a resumed upload sees and does: parts of another process, one of them sent again, the missing one added.</summary>
    public static async Task PartsForResuming(IObjectStore store)
    {
        var (key, content) = (NewKey(), Bytes((2 * PartSize) + 77));
        var begun = await store.BeginAsync(key, Metadata, default);
        var third = await store.WritePartAsync(begun, 3, content.AsMemory(2 * PartSize), default);
        var first = await store.WritePartAsync(begun, 1, content.AsMemory(0, PartSize), default);
        var resumed = new MultipartUpload(key, begun.Id, Metadata, begun.HasChecksums);
        Require((await ListAsync(store, resumed)).SequenceEqual([first, third]), "the parts so far");
        var again = await store.WritePartAsync(resumed, 1, content.AsMemory(0, PartSize), default);
        Require(again == first, "the same bytes make the same part");
        var second = await store.WritePartAsync(resumed, 2, content.AsMemory(PartSize, PartSize), default);
        Require((await ListAsync(store, resumed)).SequenceEqual([first, second, third]), "all parts");
        await store.CommitAsync(resumed, await ListAsync(store, resumed), default);
        Require((await ReadAsync(store, key, 0, content.Length, null)).AsSpan().SequenceEqual(content), "content");
    }

    public static async Task PartsOfNothing(IObjectStore store)
    {
        var upload = await store.BeginAsync(NewKey(), Metadata, default);
        Require((await ListAsync(store, upload)).Count == 0, "an upload that was only begun has no parts");
        await store.AbortAsync(upload, default);
    }

    public static async Task UploadsSideBySide(IObjectStore store)
    {
        if (!store.Capabilities.Has(StoreFeatures.UploadIds)) return;
        var key = NewKey();
        var one = await store.BeginAsync(key, Metadata, default);
        var two = await store.BeginAsync(key, Metadata, default);
        var partOfOne = await store.WritePartAsync(one, 1, Bytes(10), default);
        await store.WritePartAsync(two, 1, Bytes(20), default);
        await store.AbortAsync(two, default);
        Require((await ListAsync(store, one)).SequenceEqual([partOfOne]), "the parts of one upload are its own");
        await store.CommitAsync(one, [partOfOne], default);
        Require((await store.GetPropertiesAsync(key, default)).Length == 10, "the object of the one that was committed");
    }

    public static async Task UnfinishedUploadsAreListed(IObjectStore store)
    {
        if (!store.Capabilities.Has(StoreFeatures.ListUploads)) return;
        var folder = NewKey() + "/a b+ü";
        var upload = await store.BeginAsync($"{folder}/one", Metadata, default);
        var part = await store.WritePartAsync(upload, 1, Bytes(10), default);
        var other = await store.BeginAsync($"{NewKey()}/two", Metadata, default);
        await store.WritePartAsync(other, 1, Bytes(10), default);
        await store.PutAsync($"{folder}/empty", ReadOnlyMemory<byte>.Empty, Metadata, default);
        var found = await ListUploadsAsync(store, folder);
        Require(found.Count == 1 && found[0].Key == upload.Key && found[0].Id == upload.Id, "the upload under that prefix, and no other");
        await store.CommitAsync(upload, [part], default);
        Require((await ListUploadsAsync(store, folder)).Count == 0, "a finished one is not listed");
        await store.AbortAsync(other, default);
        if (store.Capabilities.Has(StoreFeatures.FreesAbortedParts))
            Require((await ListUploadsAsync(store, other.Key)).Count == 0, "one that was given up is not listed");
    }

    public static async Task DeleteTwice(IObjectStore store)
    {
        var key = NewKey() + "/a b";
        await store.PutAsync(key, Bytes(10), Metadata, default);
        await store.DeleteAsync(key, default);
        await RequireErrorAsync(ErrorIds.ObjectNotFound, () => store.GetPropertiesAsync(key, default));
        await store.DeleteAsync(key, default);
    }

    public static async Task StopBeforeStart(IObjectStore store)
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var key = NewKey();
        try
        {
            await store.PutAsync(key, Bytes(5), Metadata, stop.Token);
            throw new InvalidOperationException("A cancelled request must not start.");
        }
        catch (OperationCanceledException)
        {
            await RequireErrorAsync(ErrorIds.ObjectNotFound, () => store.GetPropertiesAsync(key, default));
        }
    }

    private static Dictionary<string, string> Metadata { get; } =
        new Dictionary<string, string> { ["iv"] = "hK6uelN8q0WvlHFfWRQE7w==", ["streamingformat"] = "cbc", ["partsize"] = "16777216" };

    private static string NewKey() => "contract/" + Guid.NewGuid().ToString("n");

    private static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ReadAsync(IObjectStore store, string key, long offset, int length, string? ifMatch)
    {
        var bytes = new byte[length];
        await store.ReadRangeAsync(key, offset, bytes, ifMatch, default);
        return bytes;
    }

    private static async Task<List<StoredPart>> ListAsync(IObjectStore store, MultipartUpload upload)
    {
        var parts = new List<StoredPart>();
        await foreach (var part in store.ListPartsAsync(upload, default)) parts.Add(part);
        return parts;
    }

    private static async Task<List<UnfinishedUpload>> ListUploadsAsync(IObjectStore store, string prefix)
    {
        var uploads = new List<UnfinishedUpload>();
        await foreach (var upload in store.ListUploadsAsync(prefix, default)) uploads.Add(upload);
        return uploads;
    }

    private static async Task RequireErrorAsync(string errorId, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (RescaleException failure) when (failure.ErrorId == errorId)
        {
            return;
        }

        throw new InvalidOperationException($"Expected {errorId}, and nothing failed.");
    }

    private static void Require(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"The store breaks its contract: {what}.");
    }
}
