using System.Runtime.CompilerServices;
using RescaleInterlink.Platform;

namespace RescaleInterlink.PowerShell.Binding;

/// <summary>What one session knows of the platform's catalogue, for completion: filled by listings, and by one call of its own
/// when nothing was listed yet.</summary>
internal sealed class CatalogueCache
{
    private static readonly ConditionalWeakTable<RescaleSession, CatalogueCache> Sessions = [];

    private CatalogueCache(RescaleSession session)
    {
        CoreTypes = new(token => session.Client.Catalog.ListCoreTypesAsync(includeInactive: false, token), TimeProvider.System);
        Software = new(session.Client.Catalog.ListAnalysesAsync, TimeProvider.System);
        Automations = new(session.Client.Catalog.ListAutomationsAsync, TimeProvider.System);
        CustomFields = new(token => ListFieldsAsync(session, token), TimeProvider.System);
    }

    /// <summary>Those that new jobs can use.</summary>
    public CachedListing<CoreType> CoreTypes { get; }

    public CachedListing<Analysis> Software { get; }

    public CachedListing<Automation> Automations { get; }

    /// <summary>Those that the workspace gives its jobs.</summary>
    public CachedListing<WorkspaceField> CustomFields { get; }

    public static CatalogueCache Of(RescaleSession session) => Sessions.GetValue(session, static owner => new CatalogueCache(owner));

    private static async IAsyncEnumerable<WorkspaceField> ListFieldsAsync(RescaleSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (session.User is not { Company.Code: { Length: > 0 } company, Workspace.Id: { Length: > 0 } workspace })
            yield break;
        foreach (WorkspaceField field in (await session.Client.Workspaces.GetCustomFieldsAsync(company, workspace, cancellationToken)).Fields)
            yield return field;
    }
}

/// <summary>The last whole answer to a listing. Whoever asks waits a second at most and then gets what there is; the call goes
/// on in the background, for the next time. Thread-safe.</summary>
internal sealed class CachedListing<T>(Func<CancellationToken, IAsyncEnumerable<T>> list, TimeProvider time)
{
    /// <summary>What a prompt may be held up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>When a call is given up.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>So that not every key press costs a call while the platform is away.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly object _lock = new();
    private IReadOnlyList<T> _items = [];
    private Task? _fetch;
    private long _next;
    private bool _asked;

    /// <summary>What is known, without a call.</summary>
    public IReadOnlyList<T> Known
    {
        get
        {
            lock (_lock)
                return _items;
        }
    }

    public void Put(IReadOnlyList<T> items)
    {
        lock (_lock)
        {
            _items = items;
            AskNotBefore(Lifetime);
        }
    }

    /// <summary>What is known, after one bounded call when that is old or nothing. Never throws.</summary>
    public IReadOnlyList<T> Get()
    {
        Task? fetch;
        lock (_lock)
        {
            if (_fetch is null && (!_asked || time.GetTimestamp() >= _next))
                _fetch = Task.Run(FetchAsync);
            fetch = _fetch;
        }

        fetch?.Wait(Patience);
        return Known;
    }

    private async Task FetchAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(Limit, time);
            List<T> items = [];
            await foreach (T item in list(limit.Token))
                items.Add(item);
            Put(items);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The platform is away, or the connection was closed. The command that is being typed will say so.
            lock (_lock)
                AskNotBefore(Pause);
        }
        finally
        {
            lock (_lock)
                _fetch = null;
        }
    }

    private void AskNotBefore(TimeSpan after)
    {
        _asked = true;
        _next = time.GetTimestamp() + (long)(after.TotalSeconds * time.TimestampFrequency);
    }
}
