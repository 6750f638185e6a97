using System.Globalization;
using System.Text;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>
/// The shared access signatures this sandbox hands out: short-lived, and ended before their time when a fault plan asks for it. For that
/// each begins later than all that have been ended: its start, which is signed, tells whether it counts. Thread-safe.
/// </summary>
internal sealed class SasTokens
{
    /// <summary>All that a client does with its own storage.</summary>
    private const string ContainerPermissions = "racwdl";

    /// <summary>What a download of one file needs.</summary>
    private const string BlobPermissions = "r";

    /// <summary>How far back a start lies. Every ending moves it on by a second, and a start in the future would not be valid.</summary>
    private static readonly TimeSpan Back = TimeSpan.FromMinutes(15);

    private readonly SasSigner _signer;
    private readonly TimeProvider _time;
    private readonly string _file;
    private readonly Lock _gate = new();
    private DateTimeOffset _ended;

    /// <param name="folder">Keeps until where they are ended, over a restart; created when missing.</param>
    public SasTokens(SasSigner signer, string folder, TimeProvider time)
    {
        PrivateFiles.CreateFolder(folder);
        _signer = signer;
        _time = time;
        _file = Path.Combine(folder, "sas-ended.txt");
        _ended = File.Exists(_file) && TryTime(File.ReadAllText(_file), out var ended) ? ended : DateTimeOffset.MinValue;
    }

    public string ForContainer(string container, DateTimeOffset until) => _signer.Service(ContainerPermissions, container, path: null, Start(), until);

    public string ForBlob(string container, string path, DateTimeOffset until) => _signer.Service(BlobPermissions, container, path, Start(), until);

    /// <summary>Ends all that have been handed out.</summary>
    public void ExpireAll()
    {
        lock (_gate)
        {
            var last = Start();
            PrivateFiles.Replace(_file, Encoding.ASCII.GetBytes(last.ToString("O", CultureInfo.InvariantCulture)));
            _ended = last;
        }
    }

    /// <summary>Why a request's signature counts no more; null when it does, or the request has none. Whether it is genuine is for Azurite to say.</summary>
    public string? WhyExpired(IQueryCollection query)
    {
        if (!query.ContainsKey("sig"))
            return null;
        if (TryTime(query["se"].ToString(), out var until) && until <= _time.GetUtcNow())
            return $"Signed expiry time [{until:R}] must be after the present time.";
        lock (_gate)
            return TryTime(query["st"].ToString(), out var from) && from <= _ended ? "The signature has been revoked." : null;
    }

    private static bool TryTime(string text, out DateTimeOffset time)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <summary>In whole seconds, like the signature's.</summary>
    private DateTimeOffset Start()
    {
        lock (_gate)
        {
            var usual = DateTimeOffset.FromUnixTimeSeconds((_time.GetUtcNow() - Back).ToUnixTimeSeconds());
            return usual > _ended ? usual : _ended.AddSeconds(1);
        }
    }
}
