using System.Collections.Immutable;

namespace RescaleInterlink.Sandbox.Objects;

/// <summary>The objects of one bucket in the order of their keys. Immutable, so that a listing sees one moment.</summary>
internal sealed class ObjectIndex
{
    public static readonly ObjectIndex Empty = new(ImmutableSortedSet.Create<StoredObject>(KeyOrder.Instance));

    private readonly ImmutableSortedSet<StoredObject> _objects;

    private ObjectIndex(ImmutableSortedSet<StoredObject> objects) => _objects = objects;

    /// <summary>The index of these objects, whose keys differ.</summary>
    public static ObjectIndex Of(IEnumerable<StoredObject> objects) => new(objects.ToImmutableSortedSet(KeyOrder.Instance));

    public StoredObject? Find(string key) => _objects.TryGetValue(Probe(key), out var found) ? found : null;

    public ObjectIndex With(StoredObject added) => new(_objects.Remove(added).Add(added));

    public ObjectIndex Without(string key) => new(_objects.Remove(Probe(key)));

    public ObjectPage List(string prefix, string? delimiter, string? after, int limit)
    {
        var objects = new List<StoredObject>();
        var prefixes = new List<string>();
        string? last = null;
        var start = FirstFrom(prefix);
        if (after is not null) start = Math.Max(start, FirstBehind(after));
        for (var i = start; i < _objects.Count;)
        {
            var key = _objects[i].Key;
            if (!key.StartsWith(prefix, StringComparison.Ordinal)) break;
            var cut = string.IsNullOrEmpty(delimiter) ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var common = cut < 0 ? null : key[..(cut + delimiter!.Length)];
            // A page that ended with a common prefix goes on behind all keys that it stands for.
            if (common is not null && common == after)
            {
                i = FirstBehindAll(common, i);
                continue;
            }

            if (objects.Count + prefixes.Count >= limit) return new ObjectPage(objects, prefixes, last ?? after ?? "");
            if (common is null)
            {
                objects.Add(_objects[i++]);
                last = key;
            }
            else
            {
                prefixes.Add(common);
                last = common;
                i = FirstBehindAll(common, i);
            }
        }

        return new ObjectPage(objects, prefixes, null);
    }

    private int FirstFrom(string key) => _objects.IndexOf(Probe(key)) is var index && index < 0 ? ~index : index;

    private int FirstBehind(string key) => _objects.IndexOf(Probe(key)) is var index && index < 0 ? ~index : index + 1;

    // Keys with a common prefix stand together; the end of their run is found by halving.
    private int FirstBehindAll(string prefix, int low)
    {
        var high = _objects.Count;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (_objects[middle].Key.StartsWith(prefix, StringComparison.Ordinal)) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static StoredObject Probe(string key) => new()
    {
        Bucket = "", Key = key, ETag = "", LastModified = default, Metadata = ImmutableDictionary<string, string>.Empty, Segments = [],
    };
}
