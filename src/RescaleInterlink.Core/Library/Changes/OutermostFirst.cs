using System.Runtime.CompilerServices;

namespace RescaleInterlink.Library.Changes;

/// <summary>
/// A folder takes along what is beneath it. So of what was chosen together only the outermost is removed, and the rest is settled with it: the
/// Trash then holds one thing, and nobody is told that what went along is not found.
/// </summary>
internal static class OutermostFirst
{
    /// <param name="items">What is beneath what is told by their parents, as far as the caller knows them.</param>
    /// <param name="remove">Settles each item once.</param>
    /// <returns>Each item once. What is beneath a folder that could not be removed is tried by itself.</returns>
    public static async IAsyncEnumerable<SettledItem> RunAsync(
        IReadOnlyCollection<LibraryItem> items, Func<IReadOnlyCollection<LibraryItem>, IAsyncEnumerable<SettledItem>> remove, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var left = items; left.Count > 0;)
        {
            var folders = left.Where(static item => item.IsFolder).ToDictionary(static folder => folder.Id, StringComparer.Ordinal);
            var byOutermost = left.ToLookup(item => Outermost(item, folders));
            var again = new List<LibraryItem>();
            await foreach (var settled in remove([.. byOutermost.Select(static one => one.Key)]).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                yield return settled;
                var beneath = byOutermost[settled.Item].Where(item => item != settled.Item);
                if (settled.Error is not null)
                    again.AddRange(beneath);
                else
                    foreach (var item in beneath)
                        yield return new SettledItem(item, null);
            }

            left = again;
        }
    }

    /// <returns>The item itself when no other is above it, or when the parents go round in a circle.</returns>
    private static LibraryItem Outermost(LibraryItem item, Dictionary<string, LibraryItem> folders)
    {
        var outermost = item;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (outermost.ParentId is { } parent && folders.TryGetValue(parent, out var above))
        {
            if (!seen.Add(parent))
                return item;
            outermost = above;
        }

        return outermost;
    }
}
