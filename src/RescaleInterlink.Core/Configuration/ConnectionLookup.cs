using RescaleInterlink.Errors;

namespace RescaleInterlink.Configuration;

/// <summary>What the user said about a connection; everything may be missing.</summary>
public sealed class ConnectionQuery
{
    public string? ApiUrl { get; init; }

    /// <summary>A key that was given and not found.</summary>
    public FoundKey? ApiKey { get; init; }

    /// <summary>Full path; null for the default place.</summary>
    public string? TokenFile { get; init; }

    /// <summary>Full path of a config.csv that must exist; null for the default place.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>Section of the profile file.</summary>
    public string? Profile { get; init; }
}

/// <summary>
/// Where to connect and with which key (interop files 1.2). Key: parameter, environment, then the profile if one is named, else
/// the token file. Address: parameter, environment, profile, config.csv, default.
/// </summary>
public sealed class ConnectionLookup
{
    private ConnectionLookup(string apiUrl, FoundKey key, RescaleConfiguration configuration, IReadOnlyList<string> warnings)
        => (ApiUrl, Key, Configuration, Warnings) = (apiUrl, key, configuration, warnings);

    /// <summary>Not yet judged: see <see cref="PlatformAddress.Parse"/>.</summary>
    public string ApiUrl { get; }

    public FoundKey Key { get; }

    public RescaleConfiguration Configuration { get; }

    /// <summary>Sources that disagree, files that others can read: names of places, never values.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <exception cref="RescaleException">ApiKeyMissing, ApiUrlAmbiguous, ProfileNotFound, and those of the files that were named or are used.</exception>
    public static ConnectionLookup Find(ConnectionQuery query, ConfigurationPlaces places)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(places);
        var configuration = RescaleConfiguration.Load(places, query.ConfigPath);
        var warnings = new List<string>(configuration.Warnings);
        var profile = query.Profile is null ? null : ProfileFile.Load(places.ProfileFile, query.Profile);
        var url = query.ApiUrl ?? places.Variable(ConfigurationPlaces.UrlVariable) ?? profile?.ApiUrl ?? configuration[ConfigurationKeys.ApiBaseUrl].Text;

        var keys = new List<FoundKey>();
        if (query.ApiKey is not null)
            keys.Add(query.ApiKey);
        if (places.Variable(ConfigurationPlaces.KeyVariable) is { } inEnvironment)
            keys.Add(new FoundKey(ConfigurationPlaces.KeyVariable, inEnvironment));
        AddFromFiles(query, places, profile, keys, warnings);
        if (keys.Count == 0)
            throw Missing(query, places);

        if (keys[0].Warning is { } warning)
            warnings.Add(warning);
        CheckAddresses(query, places, profile, url, keys[0], warnings);
        // A sandbox's key is never the user's own, which says nothing.
        if (keys.Skip(1).Where(other => !keys[0].IsSameAs(other)).ToArray() is { Length: > 0 } others && !IsLoopback(url))
            warnings.Add($"There are different API keys: that of {keys[0]} is used, and not that of {string.Join(" or ", others.Select(static other => other.Source))}.");
        return new ConnectionLookup(url, keys[0], configuration, warnings);
    }

    /// <summary>A key of a profile goes to the platform that the profile names, unless the command itself names another.</summary>
    private static void CheckAddresses(ConnectionQuery query, ConfigurationPlaces places, ProfileFile? profile, string url, FoundKey key, List<string> warnings)
    {
        var addresses = new List<(string Source, string Url)>();
        if (query.ApiUrl is { } given)
            addresses.Add(("-ApiUrl", given));
        if (places.Variable(ConfigurationPlaces.UrlVariable) is { } inEnvironment)
            addresses.Add((ConfigurationPlaces.UrlVariable, inEnvironment));
        if (profile?.ApiUrl is { } inProfile)
            addresses.Add(($"the profile '{query.Profile}'", inProfile));
        var others = addresses.Skip(1).Where(other => !IsSamePlatform(url, other.Url)).Select(static other => other.Source).ToArray();
        if (others.Length == 0)
            return;
        if (query.ApiUrl is null && profile?.Key is { } itsKey && itsKey.IsSameAs(key))
        {
            throw new RescaleException(
                ErrorIds.ApiUrlAmbiguous, ErrorKind.InvalidInput,
                $"{ConfigurationPlaces.UrlVariable} and the profile '{query.Profile}' name different platforms, and the API key is the profile's.",
                $"Give -ApiUrl to say which one is meant, or clear {ConfigurationPlaces.UrlVariable}.");
        }

        // A sandbox's address is never the user's usual one, which says nothing.
        if (!IsLoopback(url))
            warnings.Add($"There are different platform addresses: that of {addresses[0].Source} is used, and not that of {string.Join(" or ", others)}.");
    }

    private static bool IsSamePlatform(string one, string other)
    {
        try
        {
            return PlatformAddress.Parse(one) == PlatformAddress.Parse(other);
        }
        catch (RescaleException)
        {
            // It is refused where it is used.
            return string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>The lowest source. A file that is not needed may be as wrong as it likes, unless it was named.</summary>
    private static void AddFromFiles(ConnectionQuery query, ConfigurationPlaces places, ProfileFile? profile, List<FoundKey> keys, List<string> warnings)
    {
        if (profile is not null)
        {
            if (profile.Key is { } inProfile)
                keys.Add(inProfile);
            return;
        }

        try
        {
            keys.Add(TokenFile.Read(query.TokenFile ?? places.ReadableTokenFile));
        }
        catch (RescaleException absent) when (query.TokenFile is null && absent.ErrorId == ErrorIds.TokenFileNotFound)
        {
            // It is one of several places a key may be in.
        }
        catch (RescaleException wrong) when (keys.Count > 0)
        {
            if (query.TokenFile is not null)
                warnings.Add($"{wrong.Message} The API key of {keys[0]} is used.");
        }
    }

    private static bool IsLoopback(string url)
    {
        try
        {
            return PlatformAddress.IsLoopback(PlatformAddress.Parse(url));
        }
        catch (RescaleException)
        {
            // It is refused where it is used.
            return false;
        }
    }

    private static RescaleException Missing(ConnectionQuery query, ConfigurationPlaces places) => new(
        ErrorIds.ApiKeyMissing, ErrorKind.Authentication,
        query.Profile is not null
            ? $"No API key was given, {ConfigurationPlaces.KeyVariable} is not set, and the profile '{query.Profile}' in '{places.ProfileFile}' has none."
            : $"No API key was given, {ConfigurationPlaces.KeyVariable} is not set, and there is no token file '{places.TokenFile}'.",
        "Give -ApiKey (Read-Host -AsSecureString), or keep the key with Save-RescaleCredential.");
}
