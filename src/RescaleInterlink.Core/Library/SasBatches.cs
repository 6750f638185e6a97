using RescaleInterlink.Errors;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Library;

/// <summary>What the platform answers about the blobs it was asked for.</summary>
/// <param name="ByPath">Tokens that are good for one blob each.</param>
/// <param name="Container">One that is good for all blobs; null when there is none.</param>
internal sealed record SasAnswer(IReadOnlyDictionary<string, string> ByPath, string? Container, DateTimeOffset ExpiresAt);

/// <summary>
/// Tokens for single blobs of one container, many with one call (interop API 3.3: <c>paths</c> is a list). Who needs a token takes those along
/// that others wait for, and those that were announced; while a call is under way, the rest gathers for the next one. Thread-safe.
/// </summary>
/// <param name="fetch">Asks the platform for 1 to <see cref="MostPaths"/> paths.</param>
internal sealed class SasBatches(Func<IReadOnlyList<string>, CancellationToken, Task<SasAnswer>> fetch, TimeProvider time) : IDisposable
{
    public const int MostPaths = 100;

    /// <summary>Paths that are remembered until somebody asks; of more, the oldest are forgotten and asked for when it is their turn.</summary>
    private const int MostAnnounced = 8192;

    /// <summary>As long as credentials are believed at all (interop storage 7).</summary>
    private static readonly TimeSpan MaximumAge = TimeSpan.FromMinutes(8);

    private readonly SemaphoreSlim _oneCall = new(1, 1);
    private readonly object _lock = new();
    // Newest last: what an earlier command announced and did not need must not come first.
    private readonly List<string> _order = [];
    private readonly HashSet<string> _announced = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Ready> _ready = new(StringComparer.Ordinal);
    private int _size = MostPaths;

    private sealed record Ready(SasCredentials Credentials, DateTimeOffset UseUntil);

    /// <summary>Tells which blobs are going to be read.</summary>
    public void Announce(string path)
    {
        lock (_lock)
        {
            if (!_ready.ContainsKey(path))
                Note(path);
        }
    }

    /// <param name="force">What is here already was refused by the storage.</param>
    /// <exception cref="RescaleException">PlatformProtocol when the answer holds no token, and what the call reports.</exception>
    public async Task<SasCredentials> GetAsync(string path, bool force, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!force && Take(path) is { } ready)
                return ready;
            _ready.Remove(path);
            Note(path);
        }

        await _oneCall.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await AskAsync(path, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _oneCall.Release();
        }
    }

    public void Dispose() => _oneCall.Dispose();

    private async Task<SasCredentials> AskAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            string[] paths;
            lock (_lock)
            {
                if (Take(path) is { } ready)
                    return ready;
                paths = Gather(path);
            }

            try
            {
                var answer = await fetch(paths, cancellationToken).ConfigureAwait(false);
                if (Keep(path, paths, answer) is { } own)
                    return own;
                if (paths.Length == 1)
                    throw new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.Protocol, "The platform's answer about the storage credentials holds no SAS token.", "Ask the platform's support about the storage settings of your account.");
            }
            catch (RescaleException e) when (paths.Length > 1 && IsAboutThePaths(e))
            {
                // One path that the platform does not give must not cost the others their token.
                PutBack(paths);
            }

            _size = Math.Max(1, paths.Length / 2);
        }
    }

    /// <returns>The path itself, and the newest of the others.</returns>
    private string[] Gather(string path)
    {
        List<string> paths = [path];
        _announced.Remove(path);
        while (paths.Count < _size && _order.Count > 0)
        {
            var next = _order[^1];
            _order.RemoveAt(_order.Count - 1);
            if (_announced.Remove(next))
                paths.Add(next);
        }

        return [.. paths];
    }

    /// <summary>Behind all others, so that those are not refused with them. Of two, the one that nobody asked for is given up.</summary>
    private void PutBack(string[] refused)
    {
        if (refused.Length <= 2)
            return;
        lock (_lock)
        {
            var others = refused[1..].Where(_announced.Add).Reverse().ToArray();
            _order.InsertRange(0, others);
        }
    }

    /// <returns>Null when the answer has nothing for the path.</returns>
    private SasCredentials? Keep(string path, string[] paths, SasAnswer answer)
    {
        if (!answer.ByPath.ContainsKey(path))
            return answer.Container is null ? null : new SasCredentials(answer.Container, CoversContainer: true, answer.ExpiresAt);
        _size = Math.Min(MostPaths, Math.Max(_size, paths.Length) * 2);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var old in _ready.Where(entry => entry.Value.UseUntil <= now).Select(static entry => entry.Key).ToArray())
                _ready.Remove(old);
            // Half of what they live at most: whoever takes one is to have some time with it. A clock that is ahead of the platform's counts by age.
            var left = (answer.ExpiresAt - now) / 2;
            var useUntil = now + (left > TimeSpan.Zero && left < MaximumAge ? left : MaximumAge);
            foreach (var other in paths.Where(other => other != path && answer.ByPath.ContainsKey(other)))
                _ready[other] = new Ready(new SasCredentials(answer.ByPath[other], CoversContainer: false, answer.ExpiresAt), useUntil);
        }

        return new SasCredentials(answer.ByPath[path], CoversContainer: false, answer.ExpiresAt);
    }

    private SasCredentials? Take(string path)
        => _ready.Remove(path, out var ready) && time.GetUtcNow() < ready.UseUntil ? ready.Credentials : null;

    private void Note(string path)
    {
        _announced.Add(path);
        _order.Add(path);
        if (_order.Count <= MostAnnounced)
            return;
        _order.RemoveRange(0, MostAnnounced / 2);
        _announced.IntersectWith(_order);
    }

    private static bool IsAboutThePaths(RescaleException exception)
        => exception.StatusCode is >= 400 and < 500 and not (401 or 407 or 408 or 429);
}
