using System.Collections.Concurrent;

namespace RescaleInterlink.Storage.AzureBlob;

/// <summary>The SAS of each request: one for the container, or one for each blob where the platform gives them file by file (interop storage 7.2).</summary>
internal sealed class SasTokens : IDisposable
{
    // Enough for every file that is in flight; a session that fetches a million of them must not keep a million tokens.
    private const int MostKept = 1024;

    private readonly BlobCredentialSource? _byBlob;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, CredentialCache<SasCredentials>> _blobs = new(StringComparer.Ordinal);
    private volatile CredentialCache<SasCredentials>? _container;

    /// <summary>One token for all blobs.</summary>
    public SasTokens(CredentialSource<SasCredentials> source, TimeProvider time)
    {
        _time = time;
        _container = new CredentialCache<SasCredentials>(source, time);
    }

    /// <summary>A token for each blob, until one is given that is good for all.</summary>
    public SasTokens(BlobCredentialSource source, TimeProvider time)
    {
        _time = time;
        _byBlob = source;
    }

    /// <summary>Whether requests can be made that concern no single blob.</summary>
    public bool CoverContainer => _byBlob is null;

    public CredentialCache<SasCredentials> For(string key)
    {
        if (_container is { } all) return all;
        // Requests under way keep the cache that they began with; the next ones ask the platform anew.
        if (_blobs.Count >= MostKept) _blobs.Clear();
        return _blobs.GetOrAdd(key, Open);
    }

    public void Dispose()
    {
        _container?.Dispose();
        foreach (var cache in _blobs.Values) cache.Dispose();
    }

    private CredentialCache<SasCredentials> Open(string key)
    {
        CredentialCache<SasCredentials>? cache = null;
        cache = new CredentialCache<SasCredentials>(async (force, token) =>
        {
            var sas = await _byBlob!(key, force, token);
            _container = sas.CoversContainer ? cache : null;
            return sas;
        }, _time);
        return cache;
    }
}
