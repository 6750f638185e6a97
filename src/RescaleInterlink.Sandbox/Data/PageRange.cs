namespace RescaleInterlink.Sandbox.Data;

/// <param name="Number">1-based.</param>
/// <param name="Size">Entries per page.</param>
internal readonly record struct PageRange(int Number, int Size)
{
    public static readonly PageRange Everything = new(1, int.MaxValue);

    private long Offset => (long)(Number - 1) * Size;

    public Page<T> Take<T>(IEnumerable<T> ordered, int? count = null)
    {
        if (count is { } known)
            return new Page<T>(known, [.. ordered.Skip((int)Math.Min(int.MaxValue, Offset)).Take(Size)]);
        List<T> all = [.. ordered];
        return new Page<T>(all.Count, Offset >= all.Count ? [] : all.GetRange((int)Offset, Math.Min(Size, all.Count - (int)Offset)));
    }
}
