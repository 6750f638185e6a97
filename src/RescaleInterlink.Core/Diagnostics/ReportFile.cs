using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Diagnostics;

/// <summary>Writes a report: every text redacted, readable by this user only, whole or not at all.</summary>
public static class ReportFile
{
    // For people: indented, and no letter of theirs escaped.
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = DiagnosticJson.Default,
    };

    /// <summary>Where reports go when no place is given: beneath the state folder.</summary>
    public static string DefaultFolder => Path.Combine(StateFolder.Path, "reports");

    /// <summary>As other tools of the platform call theirs (interop files 1): <c>report-YYYY-MM-DDThhmmss.json</c>.</summary>
    public static string NameAt(DateTimeOffset time) => FormattableString.Invariant($"report-{time:yyyy-MM-ddTHHmmss}.json");

    /// <param name="path">Full path. Folders above it are made, for this user only.</param>
    /// <exception cref="RescaleException">DestinationExists, DestinationUnwritable.</exception>
    public static async Task WriteAsync(string path, DiagnosticReport report, bool overwrite, CancellationToken cancellationToken)
    {
        try
        {
            if (!overwrite && File.Exists(path))
                throw new RescaleException(ErrorIds.DestinationExists, ErrorKind.AlreadyExists, $"'{path}' exists already.", "Give another path, or use -Force.");
            var folder = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder))
                StateFolder.Create(folder);
            await PrivateFile.WriteAsync(path, Encoding.UTF8.GetBytes(ToJson(report)), secret: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new RescaleException(ErrorIds.DestinationUnwritable, ErrorKind.LocalFile, $"'{path}' cannot be written: {failure.Message}", "Check the folder and your permissions there.", failure);
        }
    }

    /// <summary>The report as text, redacted.</summary>
    public static string ToJson(DiagnosticReport report)
    {
        var tree = JsonSerializer.SerializeToNode(report, DiagnosticJson.Default.DiagnosticReport);
        return ReportRedaction.Redact(tree)!.ToJsonString(Readable) + "\n";
    }
}

/// <summary>Writers, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DiagnosticReport))]
internal sealed partial class DiagnosticJson : JsonSerializerContext;
