using System.Runtime.CompilerServices;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library.Listing;

/// <summary>All that lies in My Library, then in My Jobs: how things are found of which the id alone is known (interop API 5).</summary>
internal static class WholeLibrary
{
    /// <param name="failures">Gets what could not be listed, a root among it; the rest goes on.</param>
    /// <exception cref="RescaleException">A failure that every further call would meet, too.</exception>
    public static async IAsyncEnumerable<ListingStep.Item> WalkAsync(
        FoldersClient client, FolderPaths paths, List<RescaleException> failures, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var root in await paths.GetRootsAsync(cancellationToken).ConfigureAwait(false))
        {
            var listing = new FolderListing(client, new ListingOptions { Depth = int.MaxValue });
            var steps = listing.RunAsync(root, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (steps.ConfigureAwait(false))
            {
                while (await NextAsync(steps, failures).ConfigureAwait(false) is { } step)
                {
                    if (step is ListingStep.Item item)
                        yield return item;
                    else if (step is ListingStep.Failed failed)
                        failures.Add(failed.Error);
                }
            }
        }
    }

    /// <returns>Null at the end, also when the root itself cannot be listed.</returns>
    private static async Task<ListingStep?> NextAsync(IAsyncEnumerator<ListingStep> steps, List<RescaleException> failures)
    {
        try
        {
            return await steps.MoveNextAsync().ConfigureAwait(false) ? steps.Current : null;
        }
        catch (RescaleException e) when (!WholeFailure.EndsAll(e))
        {
            failures.Add(e);
            return null;
        }
    }
}
