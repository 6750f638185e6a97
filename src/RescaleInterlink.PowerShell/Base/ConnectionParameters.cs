using System.Management.Automation;
using System.Security;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;
using RescaleInterlink.PowerShell.Binding;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>The parameters that say where to connect, with which key and how; what is not said comes from the machine.</summary>
public abstract partial class ConnectionParameters : AsyncCmdlet
{
    protected const string PlatformSet = "Platform";
    protected const string SandboxSet = "Sandbox";

    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = PlatformSet)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ApiUrl { get; set; }

    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = PlatformSet)]
    [SecretTransformation]
    [ValidateNotNull]
    public SecureString? ApiKey { get; set; }

    /// <summary>Its password is the key.</summary>
    [Parameter(ParameterSetName = PlatformSet)]
    [Credential]
    [ValidateNotNull]
    public PSCredential? Credential { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [ValidateNotNullOrEmpty]
    public string? TokenFile { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Profile { get; set; }

    /// <summary>Of a secret in Microsoft.PowerShell.SecretManagement.</summary>
    [Parameter(ParameterSetName = PlatformSet)]
    [ValidateNotNullOrEmpty]
    public string? SecretName { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [ValidateNotNullOrEmpty]
    public string? Vault { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = PlatformSet)]
    public string? CertificatePath { get; set; }

    [Parameter(ParameterSetName = PlatformSet)]
    [ValidateNotNull]
    public Uri? StorageEndpoint { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = SandboxSet)]
    public SwitchParameter Sandbox { get; set; }

    /// <summary>Looks everything up; nothing is sent yet.</summary>
    /// <exception cref="RescaleException">ApiKeyMissing, ApiKeyAmbiguous, PlatformNotAllowed, and those of files, secrets and sandboxes.</exception>
    private protected async Task<ConnectionChoice> ChooseAsync()
    {
        if (ParameterSetName == SandboxSet)
            return OfSandbox(SandboxSelection.Single(SandboxLauncher.Find()), Load());

        ConnectionQuery query = await InvokeAsync(() => new ConnectionQuery
        {
            ApiUrl = ApiUrl,
            ApiKey = GivenKey(),
            TokenFile = Full(TokenFile),
            ConfigPath = Full(ConfigPath),
            Profile = Profile,
        });
        ConnectionLookup found = ConnectionLookup.Find(query, ConfigurationPlaces.Current);
        foreach (string warning in found.Warnings)
            PostWarning(warning);
        Uri platform = PlatformAddress.Parse(found.ApiUrl);
        PostVerbose($"The platform is {platform}, the API key that of {found.Key.Source}, the configuration '{found.Configuration.Path}'.");
        var options = new ConnectOptions(found.ApiUrl, new ApiKey(found.Key.Reveal()))
        {
            CertificatePath = string.IsNullOrEmpty(CertificatePath) ? null : await InvokeAsync(() => Full(CertificatePath)),
            StorageEndpoint = StorageEndpoint ?? found.Configuration.StorageEndpoint,
            Proxy = await WithPasswordAsync(ChooseProxy(found.Configuration, platform), found.Configuration),
            Defaults = found.Configuration.Defaults,
        };
        WarnAboutFips(platform, options.Proxy, options.StorageEndpoint);
        return new ConnectionChoice(options, found.Key.Source);
    }

    /// <summary>Whether anything was said about a connection.</summary>
    private protected bool IsAnythingGiven() => MyInvocation.BoundParameters.Keys
        .Any(static name => typeof(ConnectionParameters).GetProperty(name)?.DeclaringType == typeof(ConnectionParameters));

    private static ConnectionChoice OfSandbox(SandboxInstance sandbox, RescaleConfiguration configuration) => new(
        new ConnectOptions(sandbox.ApiUrl.AbsoluteUri, new ApiKey(sandbox.ApiKey)) { CertificatePath = sandbox.CertificatePath, Defaults = configuration.Defaults },
        "the sandbox");

    private RescaleConfiguration Load()
    {
        var configuration = RescaleConfiguration.Load(ConfigurationPlaces.Current);
        foreach (string warning in configuration.Warnings)
            PostWarning(warning);
        return configuration;
    }

    /// <summary>The settings keep the user at their proxy and never the password: who is there is asked for it.</summary>
    private async Task<ProxySettings?> WithPasswordAsync(ProxySettings? proxy, RescaleConfiguration configuration)
    {
        string user = configuration[ConfigurationKeys.ProxyUser].Text;
        if (proxy is not { Mode: Networking.ProxyMode.Basic or Networking.ProxyMode.Ntlm, Credential: null, UseDefaultCredentials: false } || ProxyHost is not null || user.Length == 0)
            return proxy;
        PSCredential? answer = await InvokeAsync(() => Prompting.Ask(Host, ui => ui.PromptForCredential("Proxy", $"Password at the proxy {proxy.Host}", user, string.Empty)));
        return answer is null ? proxy : proxy with { Credential = answer.GetNetworkCredential() };
    }

    private FoundKey? GivenKey()
    {
        string[] given = [.. new[] { (nameof(ApiKey), ApiKey is not null), (nameof(Credential), Credential is not null), (nameof(SecretName), SecretName is not null) }
            .Where(static parameter => parameter.Item2).Select(static parameter => "-" + parameter.Item1)];
        if (given.Length > 1)
        {
            throw new RescaleException(
                ErrorIds.ApiKeyAmbiguous, ErrorKind.InvalidInput, $"{string.Join(" and ", given)} were given, and each of them is a key.", "Give one of them.");
        }

        if (Vault is not null && SecretName is null)
            throw new RescaleException(ErrorIds.SecretUnavailable, ErrorKind.InvalidInput, "A vault was given, and not the name of a secret in it.", "Give -SecretName.");
        if (ApiKey is not null)
            return new FoundKey("-ApiKey", SecureText.Reveal(ApiKey));
        if (Credential is not null)
            return new FoundKey("-Credential", SecureText.Reveal(Credential.Password));
        return SecretName is null ? null : SecretStore.Get(this, SecretName, Vault);
    }

    private string? Full(string? path) => path is null ? null : PathResolver.Literal(this, path);
}

/// <param name="KeySource">Where the key comes from, in words.</param>
internal sealed record ConnectionChoice(ConnectOptions Options, string KeySource);
