using System.Globalization;
using RescaleInterlink.Core.Tests.Platform;
using RescaleInterlink.Library.Listing;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library.Listing;

/// <summary>Alone in the process: what others allocate is not to be told from what a listing keeps.</summary>
[CollectionDefinition(nameof(ListingMemoryTests), DisableParallelization = true)]
[Collection(nameof(ListingMemoryTests))]
public class ListingMemoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hundred_thousand_entries_are_listed_in_constant_memory(bool recurse)
    {
        const int PageCount = 100, PerPage = 1000;
        await using var server = new ScriptedServer(static (request, reply) =>
        {
            var number = request.Target.Contains("page=", StringComparison.Ordinal) && request.Target.IndexOf("?page=", StringComparison.Ordinal) is var at and >= 0
                ? int.Parse(request.Target[(at + 6)..].Split('&')[0], CultureInfo.InvariantCulture)
                : 1;
            return reply.JsonAsync(200, Pages.Of(number < PageCount ? $"/api/v3/folders/t/contents/?page={number + 1}" : null, [.. Enumerable.Range(0, PerPage).Select(i => Pages.File($"f{number}x{i}"))]));
        });
        using var client = Clients.For(server, TimeProvider.System);
        var options = new ListingOptions { Depth = recurse ? int.MaxValue : 0 };
        var seen = new List<WeakReference>();
        long start = 0, most = 0;
        var (count, alive) = (0, 0);
        await foreach (var step in new FolderListing(client.Folders, options).RunAsync(new FolderPlace("t", null, "/My Library/t", "t"), default))
        {
            seen.Add(new WeakReference(step));
            seen.Add(new WeakReference(((ListingStep.Item)step).Entry.Item));
            if (++count % (10 * PerPage) != 0)
                continue;
            var now = GC.GetTotalMemory(forceFullCollection: true);
            start = start == 0 ? now : start;
            most = Math.Max(most, now);
            alive = Math.Max(alive, seen.Count(static reference => reference.IsAlive));
            seen.RemoveAll(static reference => !reference.IsAlive);
        }

        Assert.Equal(PageCount * PerPage, count);
        TestContext.Current.TestOutputHelper?.WriteLine($"most entries alive {alive}, heap growth {(most - start) / 1024} kB");
        // What was read is let go, but for what is in the reader's hands.
        Assert.InRange(alive, 0, 10);
        // A page is about 1 MB of records; all of them would be about 100.
        Assert.InRange(most - start, long.MinValue, 20 << 20);
    }
}
