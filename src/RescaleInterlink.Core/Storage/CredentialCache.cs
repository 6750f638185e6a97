using RescaleInterlink.Errors;

namespace RescaleInterlink.Storage;

/// <summary>
/// Keeps temporary keys as long as they may be trusted: 8 minutes, and never into their last 2 (interop storage 7).
/// Any number of callers cause one fetch. Thread-safe.
/// </summary>
public sealed class CredentialCache<TCredentials>(CredentialSource<TCredentials> source, TimeProvider time) : IDisposable
    where TCredentials : StoreCredentials
{
    private static readonly TimeSpan MaximumAge = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan ExpiryMargin = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Entry? _entry;
    private volatile TCredentials? _refused;

    /// <summary>Credentials that are fresh by age and expiry and have not been refused.</summary>
    public async ValueTask<TCredentials> GetAsync(CancellationToken cancellationToken)
    {
        if (Usable(_entry) is { } ready) return ready;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (Usable(_entry) is { } fetchedMeanwhile) return fetchedMeanwhile;
            var force = _entry is { } old && ReferenceEquals(old.Credentials, _refused);
            var fresh = await FetchAsync(force, cancellationToken);
            // Credentials that are born inside the margin (a short-lived test server) are used for half of what is left.
            var now = time.GetUtcNow();
            var left = fresh.ExpiresAt - now;
            // Those that are born expired prove only that this computer's clock is ahead: their age alone counts.
            var usableFor = left > 2 * ExpiryMargin ? left - ExpiryMargin : left > TimeSpan.Zero ? left / 2 : MaximumAge;
            _entry = new Entry(fresh, now + (usableFor < MaximumAge ? usableFor : MaximumAge));
            _refused = null;
            return fresh;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Reports that the store refused these; the next <see cref="GetAsync"/> forces new ones, unless that has happened already.</summary>
    public void Refuse(TCredentials used)
    {
        if (ReferenceEquals(_entry?.Credentials, used)) _refused = used;
    }

    private async Task<TCredentials> FetchAsync(bool force, CancellationToken cancellationToken)
    {
        try
        {
            return await source(force, cancellationToken);
        }
        catch (RescaleException failure) when (failure.Behavior != ErrorBehavior.Fatal)
        {
            // The source has an owner of retries of its own; those of the storage must not multiply its waits.
            throw new RescaleException(failure.ErrorId, failure.Kind, failure.Message, failure.RecommendedAction, failure) { StatusCode = failure.StatusCode };
        }
    }

    private TCredentials? Usable(Entry? entry) =>
        entry is not null && time.GetUtcNow() < entry.UseUntil && !ReferenceEquals(entry.Credentials, _refused) ? entry.Credentials : null;

    public void Dispose() => _gate.Dispose();

    private sealed record Entry(TCredentials Credentials, DateTimeOffset UseUntil);
}
