using System.Collections.Immutable;
using System.Globalization;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>
/// The multipart uploads under way, each a folder with a descriptor of its own and one per part, so that staged parts survive
/// a restart. Thread-safe.
/// </summary>
public sealed class UploadRepository
{
    private const string UploadFile = "upload.json";
    private const string PartPattern = "part-*.json";

    private readonly string _root;
    private readonly ContentStore _content;
    private readonly TimeProvider _time;
    private readonly Lock _gate;
    private ImmutableDictionary<string, MultipartUpload> _uploads = ImmutableDictionary<string, MultipartUpload>.Empty;

    /// <param name="root">Folder of the uploads.</param>
    /// <param name="content">Where the parts' bytes lie.</param>
    /// <param name="time">The clock.</param>
    /// <param name="gate">Guards every change; shared with the objects, because completing changes both.</param>
    internal UploadRepository(string root, ContentStore content, TimeProvider time, Lock gate)
    {
        _root = root;
        _content = content;
        _time = time;
        _gate = gate;
        PrivateFiles.CreateFolder(root);
    }

    internal IEnumerable<ContentSegment> Segments => _uploads.Values.SelectMany(upload => upload.Parts.Values).Select(part => part.Segment);

    /// <summary>Starts an upload.</summary>
    public MultipartUpload Begin(string bucket, string key, ObjectAttributes attributes, DigestAlgorithms checksum, bool isComposite)
    {
        var upload = new MultipartUpload
        {
            Id = Guid.NewGuid().ToString("N"), Bucket = bucket, Key = key, Initiated = _time.GetUtcNow(), Attributes = attributes,
            ChecksumAlgorithm = checksum, ChecksumIsComposite = isComposite,
        };
        DescriptorFiles.Write(Path.Combine(FolderOf(upload.Id), UploadFile), upload);
        lock (_gate) Publish(upload);
        return upload;
    }

    /// <summary>The upload with its parts at this moment; null when it does not exist, or is for another object.</summary>
    public MultipartUpload? Find(string bucket, string key, string id) =>
        Volatile.Read(ref _uploads).TryGetValue(id, out var upload) && upload.Bucket == bucket && upload.Key == key ? upload : null;

    /// <summary>The uploads of a bucket, ordered by key and, of one key, by age.</summary>
    public IReadOnlyList<MultipartUpload> List(string bucket) =>
        [.. Volatile.Read(ref _uploads).Values.Where(upload => upload.Bucket == bucket)
            .OrderBy(upload => upload.Key, KeyOrder.Instance).ThenBy(upload => upload.Initiated).ThenBy(upload => upload.Id, StringComparer.Ordinal)];

    /// <summary>Makes staged content a part, in place of an earlier part of that number. Null when the upload is gone.</summary>
    public StoredPart? PutPart(MultipartUpload upload, int number, StagedContent staged, ObjectChecksum? checksum)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(staged);
        var part = new StoredPart(number, staged.ETag, _time.GetUtcNow(), staged.Segment, checksum);
        lock (_gate)
        {
            if (!_uploads.TryGetValue(upload.Id, out var current)) return null;
            DescriptorFiles.Write(Path.Combine(FolderOf(upload.Id), PartFile(number)), part);
            staged.Commit();
            Publish(current with { Parts = current.Parts.SetItem(number, part) });
            if (current.Parts.TryGetValue(number, out var replaced)) _content.Delete([replaced.Segment]);
        }

        return part;
    }

    /// <summary>Ends an upload and deletes its parts. False when there is none.</summary>
    public bool Abort(MultipartUpload upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        lock (_gate) return Close(upload.Id, ImmutableHashSet<string>.Empty);
    }

    /// <summary>The upload as it stands under the gate.</summary>
    internal MultipartUpload? Current(string id) => _uploads.GetValueOrDefault(id);

    /// <summary>Forgets an upload and deletes the parts whose content is not in <paramref name="kept"/>. The caller holds the gate.</summary>
    internal bool Close(string id, IReadOnlySet<string> kept)
    {
        if (!_uploads.TryGetValue(id, out var upload)) return false;
        // The upload's own descriptor goes first: a folder without it is waste to the next start.
        File.Delete(Path.Combine(FolderOf(id), UploadFile));
        Volatile.Write(ref _uploads, _uploads.Remove(id));
        _content.Delete(upload.Parts.Values.Select(part => part.Segment).Where(segment => !kept.Contains(segment.Id)));
        Directory.Delete(FolderOf(id), recursive: true);
        return true;
    }

    /// <summary>Reads what an earlier process left; uploads that it had completed are cleared away.</summary>
    internal void Load(IReadOnlySet<string> completed, List<string> damaged)
    {
        foreach (var folder in Directory.GetDirectories(_root))
        {
            var id = Path.GetFileName(folder);
            var upload = DescriptorFiles.ReadAll<MultipartUpload>(folder, UploadFile, _ => true, damaged).SingleOrDefault();
            if (upload is null || completed.Contains(id))
            {
                Directory.Delete(folder, recursive: true);
                continue;
            }

            var parts = DescriptorFiles.ReadAll<StoredPart>(folder, PartPattern, part => _content.IsWhole([part.Segment]), damaged);
            Publish(upload with { Parts = parts.ToImmutableSortedDictionary(part => part.Number, part => part) });
        }
    }

    private void Publish(MultipartUpload upload) => Volatile.Write(ref _uploads, _uploads.SetItem(upload.Id, upload));

    private string FolderOf(string id) => Path.Combine(_root, id);

    private static string PartFile(int number) => string.Create(CultureInfo.InvariantCulture, $"part-{number:D5}.json");
}
