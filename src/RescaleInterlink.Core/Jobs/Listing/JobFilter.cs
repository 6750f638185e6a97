using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs.Listing;

/// <summary>Which jobs of a listing are wanted; the platform itself filters nothing (interop API 6.2). A condition that is not set lets all through.</summary>
public sealed record JobFilter
{
    public Func<string?, bool>? Name { get; init; }

    /// <summary>Of the status word, which is any text, and null for a job without one.</summary>
    public Func<string?, bool>? Status { get; init; }

    public Func<string?, bool>? Owner { get; init; }

    /// <summary>Of all tags of a job together. Listings do not tell them: each job that meets the other conditions costs a call.</summary>
    public Func<IReadOnlyList<string>, bool>? Tags { get; init; }

    /// <summary>Created later than this. A job whose date is missing or cannot be read counts as new (interop API 6.2, J4).</summary>
    public DateTimeOffset? NewerThan { get; init; }

    /// <summary>Created earlier than this. A job without a date counts as new here, too.</summary>
    public DateTimeOffset? OlderThan { get; init; }

    public bool LetsAllThrough => (Name ?? Status ?? Owner) is null && Tags is null && NewerThan is null && OlderThan is null;

    /// <summary>All that the listing itself tells, so everything but the tags.</summary>
    public bool Matches(PlatformJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return !IsTooOld(job)
            && !(OlderThan is { } limit && !(job.DateInserted < limit))
            && Name?.Invoke(job.Name) != false
            && Status?.Invoke(job.JobStatus?.Content?.Trim()) != false
            && Owner?.Invoke(job.Owner) != false;
    }

    /// <summary>In a listing that has the newest first, a page of nothing else is the end of what is wanted.</summary>
    public bool IsTooOld(PlatformJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return NewerThan is { } limit && job.DateInserted <= limit;
    }
}
