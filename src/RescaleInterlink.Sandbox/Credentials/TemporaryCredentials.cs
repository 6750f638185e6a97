using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace RescaleInterlink.Sandbox.Credentials;

/// <summary>
/// The temporary credentials this sandbox has issued. They outlive a restart (a running transfer keeps its session) in one
/// file, <c>credentials.json</c>, readable by its owner alone. Thread-safe.
/// </summary>
public sealed class TemporaryCredentials
{
    // STS keys are base32 without 0, 1, 8 and 9.
    private const string KeyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>
    /// How long an expired credential is remembered, so that its owner is told ExpiredToken and not InvalidAccessKeyId.
    /// </summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    private readonly string _file;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, TemporaryCredential> _byKey;

    /// <summary>Opens the credentials kept in <paramref name="folder"/>, which is created when missing.</summary>
    public TemporaryCredentials(string folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        Objects.PrivateFiles.CreateFolder(folder);
        _file = Path.Combine(folder, "credentials.json");
        _time = time;
        _byKey = Load().ToImmutableDictionary(credential => credential.AccessKey, StringComparer.Ordinal);
    }

    /// <summary>Makes a new credential that is valid for <paramref name="lifetime"/> from now, and saves it before it is returned.</summary>
    public TemporaryCredential Issue(TimeSpan lifetime)
    {
        var now = _time.GetUtcNow();
        var credential = new TemporaryCredential(
            "ASIA" + RandomNumberGenerator.GetString(KeyAlphabet, 16),
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(30)),
            Convert.ToBase64String(RandomNumberGenerator.GetBytes(96)),
            now + lifetime);
        lock (_gate)
        {
            var kept = _byKey.RemoveRange(_byKey.Values.Where(old => old.ExpiresAt + Remembered < now).Select(old => old.AccessKey));
            Save(kept.Add(credential.AccessKey, credential));
        }

        return credential;
    }

    /// <summary>The credential with this access key, expired or not; null when it was never issued or is long forgotten.</summary>
    public TemporaryCredential? Find(string accessKey) => Volatile.Read(ref _byKey).GetValueOrDefault(accessKey);

    /// <summary>Ends the validity of every credential now; clients see ExpiredToken and must ask for new ones.</summary>
    public void ExpireAll()
    {
        var now = _time.GetUtcNow();
        lock (_gate)
            Save(_byKey.SetItems(_byKey.Values.Where(credential => credential.ExpiresAt > now)
                .Select(credential => KeyValuePair.Create(credential.AccessKey, credential with { ExpiresAt = now }))));
    }

    private TemporaryCredential[] Load()
    {
        if (!File.Exists(_file)) return [];
        using var stream = File.OpenRead(_file);
        try
        {
            return JsonSerializer.Deserialize<TemporaryCredential[]>(stream) ?? [];
        }
        catch (JsonException)
        {
            // They live for minutes and every client asks for new ones when told that its own are unknown.
            return [];
        }
    }

    private void Save(ImmutableDictionary<string, TemporaryCredential> credentials)
    {
        Objects.PrivateFiles.Replace(_file, JsonSerializer.SerializeToUtf8Bytes(credentials.Values));
        Volatile.Write(ref _byKey, credentials);
    }
}
