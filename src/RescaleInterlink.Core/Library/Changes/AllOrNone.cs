using System.Runtime.CompilerServices;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Library.Changes;

/// <summary>
/// Calls that take many things and do all or none of them. A call that is refused because of its contents is halved until the bad ones stand
/// alone, so that each is one error and the others are done: for k bad ones among n about 2k·log₂(n/k) calls.
/// </summary>
internal static class AllOrNone
{
    /// <summary>Things in one call. The platform's own limit is not known (interop API 5).</summary>
    public const int Most = 100;

    /// <param name="halves">Whether a refusal is searched for the items that cause it; else it is the answer for all of its call.</param>
    /// <returns>Each item, as soon as it is settled; null for one that is done.</returns>
    /// <exception cref="RescaleException">A failure that every further call would meet, too.</exception>
    public static async IAsyncEnumerable<(T Item, RescaleException? Error)> RunAsync<T>(
        IEnumerable<T> items, Func<IReadOnlyList<T>, Task> call, Func<RescaleException, bool> halves, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = new Stack<IReadOnlyList<T>>(items.Chunk(Most).Reverse());
        while (left.TryPop(out var some))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var error = await TryAsync(call, some).ConfigureAwait(false);
            if (error is not null && some.Count > 1 && halves(error))
            {
                left.Push([.. some.Skip(some.Count / 2)]);
                left.Push([.. some.Take(some.Count / 2)]);
                continue;
            }

            foreach (var item in some)
                yield return (item, error);
        }
    }

    /// <summary>Whether a refusal can be due to one of several things. A key that is refused, or a platform that is away, is not.</summary>
    public static bool IsAboutItems(RescaleException error) => error.StatusCode is 400 or 403 or 404 or 409;

    private static async Task<RescaleException?> TryAsync<T>(Func<IReadOnlyList<T>, Task> call, IReadOnlyList<T> items)
    {
        try
        {
            await call(items).ConfigureAwait(false);
            return null;
        }
        catch (RescaleException e) when (!WholeFailure.EndsAll(e))
        {
            return e;
        }
    }
}
