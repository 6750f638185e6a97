using RescaleInterlink.Networking;

namespace RescaleInterlink.Configuration;

/// <summary>The proxy that the settings ask for (interop files 2). Its password is in no file: it comes with the command.</summary>
internal static class ConfiguredProxy
{
    /// <returns>Null for none.</returns>
    public static ProxySettings? Of(RescaleConfiguration configuration)
    {
        var mode = Enum.TryParse(Text(ConfigurationKeys.ProxyMode), ignoreCase: true, out ProxyMode known) ? known : ProxyMode.None;
        if (mode == ProxyMode.None)
            return null;
        var host = Text(ConfigurationKeys.ProxyHost);
        // As the Go tool: without a host there is nothing to go through.
        if (mode is ProxyMode.Basic or ProxyMode.Ntlm && host.Length == 0)
            return null;
        return new ProxySettings(mode, host, (int)((long?)configuration[ConfigurationKeys.ProxyPort].Value ?? 0))
        {
            NoProxy = Text(ConfigurationKeys.NoProxy),
            WarmUp = configuration[ConfigurationKeys.ProxyWarmUp].Value is true,
        };

        string Text(string name) => configuration[name].Text;
    }
}
