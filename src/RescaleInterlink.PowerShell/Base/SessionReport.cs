using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using RescaleInterlink.Configuration;
using RescaleInterlink.Diagnostics;
using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Networking;
using RescaleInterlink.PowerShell.Objects;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Gathers what a report tells of this session.</summary>
internal static class SessionReport
{
    // Each may hold a password within an address, with a scheme or without.
    private static readonly string[] Shown =
        ["RESCALE_API_URL", "RESCALE_CONFIG_FILE", StateFolder.Variable, "RESCALE_ALLOW_NON_FIPS", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

    // Told as set or not, and never with a value.
    private static readonly string[] Secret = ["RESCALE_API_KEY"];

    /// <param name="session">The one in use, or null.</param>
    /// <param name="given">Errors the user picked; without any, the latest one is what the report is about.</param>
    public static async Task<DiagnosticReport> MakeAsync(
        DateTimeOffset now, string shellVersion, RescaleSession? session, IReadOnlyList<ConnectionItem> connections, IReadOnlyList<RecentError> recent,
        IReadOnlyList<RecentError> given, string? note)
    {
        RecentError? subject = given.Count > 0 ? given[0] : recent.Count > 0 ? recent[^1] : null;
        var problems = new List<string>();
        return new DiagnosticReport
        {
            GeneratedAt = now,
            AppVersion = ModuleVersion,
            Os = RuntimeInformation.OSDescription,
            Arch = $"{RuntimeInformation.OSArchitecture}",
            FipsEnabled = ReadFips(),
            WorkspaceName = session?.User.Workspace?.Name,
            WorkspaceId = session?.User.Workspace?.Id,
            PlatformUrl = session?.ApiUrl.AbsoluteUri,
            ErrorId = subject?.ErrorId ?? "",
            Category = subject?.Category ?? "",
            Severity = subject is null ? "" : "error",
            Operation = subject?.Operation ?? "",
            Backend = subject is null ? "" : BackendOf(subject.ErrorId),
            ErrorMessage = subject?.Message ?? "",
            ErrorClass = subject?.ErrorClass ?? "",
            FailedCount = given.Count > 0 ? given.Count : recent.Count,
            Timeline = [.. recent.Concat(given.Where(error => recent.All(known => known.Message != error.Message || known.ErrorId != error.ErrorId)))],
            UserNote = note,
            Versions = new Dictionary<string, string>
            {
                ["module"] = ModuleVersion,
                ["powerShell"] = shellVersion,
                ["runtime"] = RuntimeInformation.FrameworkDescription,
            },
            Settings = Settings(),
            Connections = [.. await Task.WhenAll(connections.Where(static connection => connection.IsOpen).Select(StateOf))],
            UnfinishedTransfers = Transfers(problems),
            Problems = problems,
        };
    }

    private static string ModuleVersion { get; } =
        typeof(SessionReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static async Task<ConnectionState> StateOf(ConnectionItem connection) => new(connection.ApiUrl.AbsoluteUri, connection.IsOpen, connection.ConnectedAt)
    {
        StorageType = connection.StorageType,
        RateLimits = await connection.Session.Client.GetRateLimitsAsync(),
    };

    private static IReadOnlyList<UnfinishedTransfer> Transfers(List<string> problems)
    {
        try
        {
            return LocalTransfers.List();
        }
        catch (RescaleException unreadable)
        {
            problems.Add(unreadable.Message);
            return [];
        }
    }

    private static Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["stateFolder"] = StateFolder.Path,
            ["culture"] = CultureInfo.CurrentCulture.Name,
            ["processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        };
        foreach (string name in Shown)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
                settings["env:" + name] = Redaction.RedactAddress(value);
        }

        foreach (string name in Secret)
            settings["env:" + name] = string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)) ? "not set" : "set";
        return settings;
    }

    private static string BackendOf(string id)
        => ErrorTable.Find(id) is null ? "local"
            : id.StartsWith("Storage", StringComparison.Ordinal) || id.StartsWith("Object", StringComparison.Ordinal) || id == ErrorIds.UploadVanished ? "storage"
            : ErrorTable.Find(id)!.Kinds[0] is ErrorKind.LocalFile or ErrorKind.DiskFull or ErrorKind.SourceChanged or ErrorKind.InvalidInput or ErrorKind.MissingDependency ? "local"
            : "api";

    private static bool? ReadFips()
    {
        const string Switch = "/proc/sys/crypto/fips_enabled";
        return File.Exists(Switch) ? File.ReadAllText(Switch).Trim() == "1" : null;
    }
}
