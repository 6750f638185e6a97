namespace RescaleInterlink.Platform;

/// <summary>Links between pages of a listing.</summary>
internal static class PageLink
{
    // Only to resolve a relative link against; the host is dropped again.
    private static readonly Uri Nowhere = new("http://nowhere.invalid/");

    /// <summary>Path and query of a server's <c>next</c>, or null when it leaves the API.</summary>
    public static string? PathOf(string next)
    {
        if (!Uri.TryCreate(Nowhere, next, out var link) || link.Scheme is not ("http" or "https"))
            return null;
        return link.AbsolutePath.StartsWith("/api/", StringComparison.Ordinal) ? link.PathAndQuery : null;
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
