namespace RescaleInterlink.Sandbox.Objects;

/// <summary>
/// The order in which S3 lists: that of the keys' UTF-8 bytes. It differs from the order of UTF-16 units where surrogates meet
/// U+E000 to U+FFFF.
/// </summary>
internal sealed class KeyOrder : IComparer<string>, IComparer<StoredObject>
{
    public static readonly KeyOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var length = Math.Min(x!.Length, y!.Length);
        var common = x.AsSpan(0, length).CommonPrefixLength(y);
        return common == length ? x.Length - y.Length : Rank(x[common]) - Rank(y[common]);
    }

    public int Compare(StoredObject? x, StoredObject? y) => Compare(x!.Key, y!.Key);

    // Surrogates stand for U+10000 and above and so go behind all other units.
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
