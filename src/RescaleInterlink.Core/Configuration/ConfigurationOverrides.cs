using RescaleInterlink.Networking;

namespace RescaleInterlink.Configuration;

/// <summary>What the environment says before the files do (interop files 1.2).</summary>
internal static class ConfigurationOverrides
{
    private static readonly string[] ProxyVariables = ["HTTPS_PROXY", "https_proxy"];

    public static void Apply(Dictionary<string, ConfigurationEntry> entries, ConfigurationPlaces places)
    {
        if (places.Variable(ConfigurationPlaces.UrlVariable) is { } url)
        {
            var shown = entries[ConfigurationKeys.ApiBaseUrl].Key.Read(url) ?? Redaction.RedactAddress(url);
            Set(ConfigurationKeys.ApiBaseUrl, shown, ConfigurationPlaces.UrlVariable);
            Set(ConfigurationKeys.TenantUrl, shown, ConfigurationPlaces.UrlVariable);
        }

        // A proxy in the environment fills what no file says: its host and port, and "no proxy" becomes "as the environment says".
        if (entries[ConfigurationKeys.ProxyHost].Text.Length == 0 && FindProxy(places) is var (variable, proxy))
        {
            Set(ConfigurationKeys.ProxyHost, proxy.IdnHost, variable);
            Set(ConfigurationKeys.ProxyPort, $"{proxy.Port}", variable);
            if (entries[ConfigurationKeys.ProxyMode].Text == ConfigurationKeys.NoProxyMode)
                Set(ConfigurationKeys.ProxyMode, ConfigurationKeys.SystemProxyMode, variable);
        }

        void Set(string name, string text, string variable)
            => entries[name] = new ConfigurationEntry(entries[name].Key, text, ConfigurationSource.Environment, variable);
    }

    /// <summary>Its user name and password, if it has any, stay in the environment.</summary>
    private static (string Variable, Uri Proxy)? FindProxy(ConfigurationPlaces places)
    {
        foreach (var variable in ProxyVariables)
        {
            if (places.Variable(variable) is { } text
                && Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var proxy)
                && proxy.Host.Length > 0)
                return (variable, proxy);
        }

        return null;
    }
}
