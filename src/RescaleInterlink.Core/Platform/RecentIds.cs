namespace RescaleInterlink.Platform;

/// <summary>
/// Ids of the last pages of a listing. Pages are cut by number, so what is added while they are read pushes the last entries of one page to
/// the top of the next. Remembering two pages is enough to see them, and costs the same however long the listing is.
/// </summary>
internal sealed class RecentIds(int most)
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <returns>False when it was there lately.</returns>
    public bool Add(string id)
    {
        if (!_ids.Add(id))
            return false;
        _order.Enqueue(id);
        if (_order.Count > most)
            _ids.Remove(_order.Dequeue());
        return true;
    }
}
