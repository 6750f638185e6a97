namespace RescaleInterlink.Platform;

/// <summary>Links between pages of a listing.</summary>
internal static class PageLink
{
    /// <summary>More than any server takes in a request line; a listing remembers its links.</summary>
    private const int Longest = 8192;

    // Only to resolve a relative link against; the host is dropped again.
    private static readonly Uri Nowhere = new("http://nowhere.invalid/");

    /// <summary>Path and query of a server's <c>next</c>, or null when it leaves the API or is no link at all.</summary>
    public static string? PathOf(string next)
    {
        if (next.Length > Longest || !Uri.TryCreate(Nowhere, next, out var link) || link.Scheme is not ("http" or "https"))
            return null;
        return link.AbsolutePath.StartsWith("/api/", StringComparison.Ordinal) && !LeadsAstray(link.AbsolutePath) ? link.PathAndQuery : null;
    }

    /// <summary>Whether an address would be read as another one, or as none: an identifier that is empty, <c>.</c> or <c>..</c> leads
    /// to another resource, and one of a megabyte nowhere.</summary>
    public static bool LeadsAstray(string path)
    {
        if (path.Length > 2 * Longest)
            return true;
        var end = path.IndexOf('?', StringComparison.Ordinal);
        var segments = (end < 0 ? path : path[..end]).Split('/');
        return segments.Skip(1).SkipLast(1).Any(static segment => segment is "" or "." or "..");
    }

    public static string WithPageSize(string path, int? pageSize)
    {
        if (pageSize is not { } size)
            return path;
        var question = path.IndexOf('?', StringComparison.Ordinal);
        var bare = question < 0 ? path : path[..question];
        var kept = question < 0
            ? []
            : path[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Where(static pair => !pair.StartsWith("page_size=", StringComparison.Ordinal));
        return $"{bare}?{string.Join('&', kept.Append($"page_size={size}"))}";
    }
}
