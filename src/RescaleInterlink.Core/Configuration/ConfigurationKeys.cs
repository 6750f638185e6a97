using RescaleInterlink.Errors;

namespace RescaleInterlink.Configuration;

/// <summary>The settings: those of config.csv in the order the Go tool writes them (interop files 3), then ours.</summary>
public static class ConfigurationKeys
{
    public const string ApiBaseUrl = "api_base_url";
    public const string TenantUrl = "tenant_url";
    public const string ProxyMode = "proxy_mode";
    public const string ProxyHost = "proxy_host";
    public const string ProxyPort = "proxy_port";
    public const string ProxyUser = "proxy_user";
    public const string NoProxy = "no_proxy";
    public const string ProxyWarmUp = "proxy_warmup";
    public const string TarWorkers = "tar_workers";
    public const string UploadWorkers = "upload_workers";
    public const string JobWorkers = "job_workers";
    public const string ExcludePattern = "exclude_pattern";
    public const string IncludePattern = "include_pattern";
    public const string FlattenTar = "flatten_tar";
    public const string TarCompression = "tar_compression";
    public const string ThrottleLimit = "throttle_limit";
    public const string MaxConnections = "max_connections";
    public const string MemoryLimit = "memory_limit";
    public const string MaxBytesPerSecond = "max_bytes_per_second";
    public const string StorageEndpoint = "storage_endpoint";

    /// <summary>The words of proxy_mode, which are not those of <see cref="Networking.ProxyMode"/>.</summary>
    internal const string NoProxyMode = "no-proxy";
    internal const string SystemProxyMode = "system";

    /// <summary>The other word of tar_compression is none.</summary>
    internal const string GzipWord = "gzip";

    private const int MostWorkers = 1000;

    /// <summary>The Go tool has ignored them since they were found to be a risk: read with a warning, never written.</summary>
    internal static IReadOnlyList<string> Secrets { get; } = ["api_key", "proxy_password"];

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        ConfigurationKey.Number(TarWorkers, "Archives made at once by a pipeline.", 4, 1, MostWorkers),
        ConfigurationKey.Number(UploadWorkers, "Uploads at once in a pipeline.", 4, 1, MostWorkers),
        ConfigurationKey.Number(JobWorkers, "Jobs created and submitted at once by a pipeline.", 4, 1, MostWorkers),
        ConfigurationKey.Choice(ProxyMode, "How the platform and the storage are reached.", [NoProxyMode, SystemProxyMode, "basic", "ntlm"], ("none", NoProxyMode)),
        ConfigurationKey.Word(ProxyHost, "Name or address of the proxy.", "the name or address of a host, without scheme, port and user name"),
        ConfigurationKey.Number(ProxyPort, "Port of the proxy; 0 for 8080.", 0, 0, 65535),
        ConfigurationKey.Text(ProxyUser, "User at the proxy; the password is never kept."),
        ConfigurationKey.Text(NoProxy, "Hosts that are spoken to directly, separated by commas."),
        ConfigurationKey.Flag(ProxyWarmUp, "Ask the platform once, without a key, before the first call.", false),
        ConfigurationKey.Platform(ApiBaseUrl, "Address of the platform."),
        ConfigurationKey.Platform(TenantUrl, "The same, under its old name."),
        ConfigurationKey.Text(ExcludePattern, "Patterns of file names to leave out, separated by semicolons."),
        ConfigurationKey.Text(IncludePattern, "Patterns of file names to take, separated by semicolons."),
        ConfigurationKey.Flag(FlattenTar, "Archives without folders.", false),
        ConfigurationKey.Text("run_subpath", "Folder beneath each run's folder that is archived."),
        ConfigurationKey.Text("validation_pattern", "Pattern of a file that each run's folder must have."),
        ConfigurationKey.Choice(TarCompression, "Compression of archives.", ["none", GzipWord], ("gz", GzipWord)),
        ConfigurationKey.Number("max_retries", "Attempts to upload an archive in a pipeline.", 1, 0, 1000),
        ConfigurationKey.Text("sort_field", "Order of a list in the Go tool's window.", "name"),
        ConfigurationKey.Flag("sort_ascending", "Direction of that order.", true),
        ConfigurationKey.Flag("detailed_logging", "More in the Go tool's log.", false),
        ConfigurationKey.Text("org_code", "Organization whose project a job is assigned to."),
        ConfigurationKey.Number(ThrottleLimit, "Files in flight at once (-ThrottleLimit).", null, 1, 64, own: true),
        ConfigurationKey.Number(MaxConnections, "Storage requests at once (-MaxConnections).", null, 1, 64, own: true),
        ConfigurationKey.Number(MemoryLimit, "Bytes of buffers of a command (-MemoryLimit).", null, 32L << 20, long.MaxValue, own: true),
        ConfigurationKey.Number(MaxBytesPerSecond, "Bytes per second of a command (-MaxBytesPerSecond).", null, 1L << 10, long.MaxValue, own: true),
        ConfigurationKey.Endpoint(StorageEndpoint, "Address of the S3 storage, when it is not the cloud's own (-StorageEndpoint)."),
    ];

    private static readonly Dictionary<string, ConfigurationKey> ByName = All.ToDictionary(static key => key.Name, StringComparer.OrdinalIgnoreCase);

    internal static IEnumerable<ConfigurationKey> Shared => All.Where(static key => !key.IsOwn);

    internal static IEnumerable<ConfigurationKey> Own => All.Where(static key => key.IsOwn);

    internal static ConfigurationKey? Find(string name) => ByName.GetValueOrDefault(name);

    /// <exception cref="RescaleException">ConfigurationNameUnknown.</exception>
    public static ConfigurationKey Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Find(name.Trim()) ?? throw ConfigurationErrors.UnknownName(Networking.Redaction.Redact(name));
    }

    /// <summary>Both names of the platform's address always have one value.</summary>
    internal static bool IsPlatform(ConfigurationKey key) => key.Name is ApiBaseUrl or TenantUrl;
}
