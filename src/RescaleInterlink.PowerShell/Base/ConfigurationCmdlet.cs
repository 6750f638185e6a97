using System.Globalization;
using System.Management.Automation;
using RescaleInterlink.Configuration;
using RescaleInterlink.Networking;
using RescaleInterlink.PowerShell.Binding;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>A cmdlet that writes settings: one parameter for each of them.</summary>
public abstract class ConfigurationCmdlet : AsyncCmdlet
{
    protected const string ValuesSet = "Values";

    private static readonly Dictionary<string, string> KeysByParameter = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(ApiUrl)] = ConfigurationKeys.ApiBaseUrl,
        [nameof(ProxyMode)] = ConfigurationKeys.ProxyMode,
        [nameof(ProxyHost)] = ConfigurationKeys.ProxyHost,
        [nameof(ProxyPort)] = ConfigurationKeys.ProxyPort,
        [nameof(ProxyUser)] = ConfigurationKeys.ProxyUser,
        [nameof(NoProxy)] = ConfigurationKeys.NoProxy,
        [nameof(ProxyWarmUp)] = ConfigurationKeys.ProxyWarmUp,
        [nameof(TarWorkers)] = ConfigurationKeys.TarWorkers,
        [nameof(UploadWorkers)] = ConfigurationKeys.UploadWorkers,
        [nameof(JobWorkers)] = ConfigurationKeys.JobWorkers,
        [nameof(ThrottleLimit)] = ConfigurationKeys.ThrottleLimit,
        [nameof(MaxConnections)] = ConfigurationKeys.MaxConnections,
        [nameof(MemoryLimit)] = ConfigurationKeys.MemoryLimit,
        [nameof(MaxBytesPerSecond)] = ConfigurationKeys.MaxBytesPerSecond,
        [nameof(StorageEndpoint)] = ConfigurationKeys.StorageEndpoint,
    };

    [Parameter(ParameterSetName = ValuesSet)]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    [AllowEmptyString]
    public string? ApiUrl { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    public ProxyMode ProxyMode { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    [AllowEmptyString]
    public string? ProxyHost { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    public int ProxyPort { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    [AllowEmptyString]
    public string? ProxyUser { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    [AllowEmptyCollection]
    public string[]? NoProxy { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    public SwitchParameter ProxyWarmUp { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    public int TarWorkers { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    public int UploadWorkers { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    public int JobWorkers { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    public int? ThrottleLimit { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    public int? MaxConnections { get; set; }

    /// <summary>Bytes.</summary>
    [Parameter(ParameterSetName = ValuesSet)]
    public long? MemoryLimit { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    public long? MaxBytesPerSecond { get; set; }

    [Parameter(ParameterSetName = ValuesSet)]
    [AllowEmptyString]
    public string? StorageEndpoint { get; set; }

    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ConfigPath { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What the given parameters ask for. An empty text or null puts the default back.</summary>
    /// <exception cref="Errors.RescaleException">ConfigurationValueInvalid.</exception>
    private protected Dictionary<ConfigurationKey, string?> GivenValues()
    {
        var values = new Dictionary<ConfigurationKey, string?>();
        foreach ((string parameter, object? value) in MyInvocation.BoundParameters)
        {
            if (KeysByParameter.TryGetValue(parameter, out string? name))
                values[ConfigurationKeys.Get(name)] = Canonical(ConfigurationKeys.Get(name), value);
        }

        return values;
    }

    /// <exception cref="Errors.RescaleException">ConfigurationValueInvalid.</exception>
    private protected static string? Canonical(ConfigurationKey key, object? value)
    {
        string text = (value is PSObject wrapped ? wrapped.BaseObject : value) switch
        {
            null => "",
            string given => given,
            SwitchParameter flag => flag.IsPresent ? "true" : "false",
            bool flag => flag ? "true" : "false",
            IEnumerable<object> list => string.Join(key.Name == ConfigurationKeys.NoProxy ? "," : ";", list),
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            var other => $"{other}",
        };
        return text.Length == 0 ? null : key.Check(text);
    }

    private protected static string Describe(IReadOnlyDictionary<ConfigurationKey, string?> values)
        => string.Join(", ", values.OrderBy(static value => value.Key.Name, StringComparer.Ordinal)
            .Select(static value => $"{value.Key.Name} = {(value.Value is null ? "(default)" : value.Value)}"));

    private protected async Task<ConfigurationStore> OpenAsync()
        => new(ConfigurationPlaces.Current, ConfigPath is null ? null : await InvokeAsync(() => PathResolver.Literal(this, ConfigPath)));

    private protected async Task PassAsync(ConfigurationStore store, IEnumerable<ConfigurationKey> keys)
    {
        if (!PassThru)
            return;
        var configuration = RescaleConfiguration.Load(ConfigurationPlaces.Current, File.Exists(store.Path) ? store.Path : null);
        foreach (ConfigurationKey key in keys)
            await WriteAsync(new SettingItem(configuration[key.Name]));
    }
}
