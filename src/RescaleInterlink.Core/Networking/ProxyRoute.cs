using System.Net;
using System.Net.Http.Headers;
using System.Text;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Networking;

/// <summary>Which proxy a request takes and how one signs on there: the settings and the environment, read once. Thread-safe.</summary>
internal sealed class ProxyRoute : IWebProxy
{
    private readonly Uri? _forHttp;
    private readonly Uri? _forHttps;
    private readonly NoProxyRules _past;
    private readonly bool _pastLoopback;
    private readonly CredentialCache _credentials = new();
    private bool _hasCredentials;

    private ProxyRoute(ProxySettings settings, Uri? forHttp, Uri? forHttps, string noProxy)
    {
        Settings = settings;
        _forHttp = forHttp;
        _forHttps = forHttps;
        _past = NoProxyRules.Parse(noProxy);
        // Go's rule for the environment; a proxy that was named for this connection is meant for whatever it connects to.
        _pastLoopback = settings.Mode == ProxyMode.System || settings.SkipsLoopback;
        Credentials = settings is { Mode: ProxyMode.Ntlm, UseDefaultCredentials: true } ? CredentialCache.DefaultCredentials : _credentials;
    }

    public ProxySettings Settings { get; }

    public ICredentials? Credentials { get; set; }

    /// <summary>True when user name and password, or the user's own sign-on, are there to be given.</summary>
    public bool HasCredentials => Settings.UseDefaultCredentials || _hasCredentials;

    /// <returns>Null when nothing goes through a proxy.</returns>
    /// <exception cref="RescaleException">ProxyInvalid, NtlmNotAllowed.</exception>
    public static ProxyRoute? From(ProxySettings? settings) => From(settings, Environment.GetEnvironmentVariable, FipsMode.Read);

    internal static ProxyRoute? From(ProxySettings? settings, Func<string, string?> environment, Func<FipsMode> fips)
    {
        if (settings is null or { Mode: ProxyMode.None })
            return null;
        if (settings is { UseDefaultCredentials: true, Mode: not ProxyMode.Ntlm })
            throw Invalid("Only NTLM signs on as the user who runs the process.", "Use -ProxyMode Ntlm with -ProxyUseDefaultCredentials, or give -ProxyCredential.");
        return settings.Mode == ProxyMode.System ? FromEnvironment(settings, environment) : FromSettings(settings, fips);
    }

    public Uri? GetProxy(Uri destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var proxy = destination.Scheme is "http" or "ws" ? _forHttp : _forHttps;
        if (proxy is null || (_pastLoopback && Loopback.IsHost(destination.Host)) || _past.Match(destination.IdnHost, destination.Port))
            return null;
        return proxy;
    }

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    /// <summary>The header that signs on with a user name and password before the proxy has asked; null when there are none.</summary>
    public AuthenticationHeaderValue? BasicHeader(Uri proxy)
    {
        if (_credentials.GetCredential(proxy, "Basic") is not { } credential)
            return null;
        var user = credential.Domain.Length > 0 ? credential.Domain + "\\" + credential.UserName : credential.UserName;
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{credential.Password}")));
    }

    private static ProxyRoute? FromEnvironment(ProxySettings settings, Func<string, string?> environment)
    {
        var found = EnvironmentProxies.Read(environment);
        if (found is { Http: null, Https: null })
            return null;
        var noProxy = settings.NoProxy.Length == 0 ? found.NoProxy : found.NoProxy + "," + settings.NoProxy;
        var route = new ProxyRoute(settings, found.Http?.Address, found.Https?.Address, noProxy);
        foreach (var entry in new[] { found.Http, found.Https })
        {
            // Which of them is the better one the environment does not say; the one that was given for this connection is.
            if (entry is not null && (settings.Credential ?? entry.Credential) is { } credential && route._credentials.GetCredential(entry.Address, "Basic") is null)
                route.Add(entry.Address, "Basic", credential);
        }

        return route;
    }

    private static ProxyRoute FromSettings(ProxySettings settings, Func<FipsMode> fips)
    {
        // What was typed is not repeated: it may hold a user name and password.
        if (Uri.CheckHostName(settings.Host) == UriHostNameType.Unknown)
            throw Invalid($"The proxy mode {settings.Mode} needs the name or address of the proxy.", "Give -ProxyHost without scheme, port and user name, such as proxy.example.com, and the port with -ProxyPort.");
        if (settings.Port is < 0 or > 65535)
            throw Invalid($"{settings.Port} is not a port.", $"Give -ProxyPort between 1 and 65535, or leave it out for {ProxySettings.DefaultPort}.");
        var address = new UriBuilder("http", settings.Host, settings.Port == 0 ? ProxySettings.DefaultPort : settings.Port).Uri;
        var route = new ProxyRoute(settings, address, address, settings.NoProxy);
        if (settings.Mode == ProxyMode.Ntlm)
            ManagedNtlm.Require(fips());
        // Only for the schemes of the mode: a proxy cannot talk the client into sending an NTLM password in the clear.
        if (settings.Credential is { } credential)
        {
            foreach (var scheme in settings.Mode == ProxyMode.Ntlm ? ManagedNtlm.Schemes : ["Basic"])
                route.Add(address, scheme, credential);
        }

        return route;
    }

    private void Add(Uri proxy, string scheme, NetworkCredential credential)
    {
        _credentials.Add(proxy, scheme, credential);
        _hasCredentials = true;
    }

    private static RescaleException Invalid(string message, string action) => new(ErrorIds.ProxyInvalid, ErrorKind.InvalidInput, message, action);
}
