namespace RescaleInterlink.Platform;

/// <summary>
/// When a listing counts as one without end. The reference client ends one after 1,000 pages (interop API 1), which are 25,000 entries of a server
/// that keeps to its own page size; so pages count there only as long as they bring nothing, and all together far later.
/// </summary>
internal sealed class PageBound
{
    /// <summary>Pages in a row without an entry that the pages just before did not have.</summary>
    public const int MostEmpty = 1000;

    /// <summary>Pages in all: 250,000 entries at 25 a page.</summary>
    public const int Most = 10_000;

    private int _pages;
    private int _empty;
    private bool _hasEntry;

    /// <summary>The number of pages that were too many; null as long as there may be another.</summary>
    public int? Exceeded => _empty >= MostEmpty ? MostEmpty : _pages >= Most ? Most : null;

    /// <summary>The page had something new.</summary>
    public void Entry() => _hasEntry = true;

    public void TurnPage()
    {
        _pages++;
        _empty = _hasEntry ? 0 : _empty + 1;
        _hasEntry = false;
    }
}
