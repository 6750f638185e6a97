using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>One page of the multipart uploads under way.</summary>
/// <param name="Uploads">The uploads, ordered by key and age.</param>
/// <param name="CommonPrefixes">What stands for the uploads whose keys hold the delimiter behind the prefix.</param>
/// <param name="NextKey">Key marker of the next page; null when this is the last.</param>
/// <param name="NextId">Upload id marker of the next page.</param>
internal sealed record UploadPage(
    IReadOnlyList<MultipartUpload> Uploads, IReadOnlyList<string> CommonPrefixes, string? NextKey, string? NextId)
{
    /// <summary>Cuts a page out of all uploads of a bucket, which are in order.</summary>
    public static UploadPage Of(
        IReadOnlyList<MultipartUpload> all, string prefix, string delimiter, string keyMarker, string idMarker, int limit)
    {
        var uploads = new List<MultipartUpload>();
        var prefixes = new List<string>();
        string? lastKey = null, lastId = null;
        foreach (var upload in Behind(all, keyMarker, idMarker).Where(upload => upload.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var cut = delimiter.Length == 0 ? -1 : upload.Key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var common = cut < 0 ? null : upload.Key[..(cut + delimiter.Length)];
            if (common is not null && (common == keyMarker || prefixes.Count > 0 && prefixes[^1] == common)) continue;
            if (uploads.Count + prefixes.Count == limit)
                return limit == 0 ? new UploadPage([], [], null, null) : new UploadPage(uploads, prefixes, lastKey, lastId);
            if (common is null) uploads.Add(upload);
            else prefixes.Add(common);
            (lastKey, lastId) = common is null ? (upload.Key, upload.Id) : (common, null);
        }

        return new UploadPage(uploads, prefixes, null, null);
    }

    // Without an id marker whole keys are passed over; with one, the uploads of that key up to it.
    private static IEnumerable<MultipartUpload> Behind(IReadOnlyList<MultipartUpload> all, string keyMarker, string idMarker)
    {
        if (keyMarker.Length == 0) return all;
        var behind = all.SkipWhile(upload => KeyOrder.Instance.Compare(upload.Key, keyMarker) < 0);
        var same = behind.TakeWhile(upload => upload.Key == keyMarker).ToList();
        var passed = idMarker.Length == 0 ? same.Count : same.FindIndex(upload => upload.Id == idMarker) + 1;
        return behind.Skip(passed);
    }
}
