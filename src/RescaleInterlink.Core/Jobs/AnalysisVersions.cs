using RescaleInterlink.Library;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <summary>Turns the display name of an analysis version into the code that the platform wants. Thread-safe.</summary>
/// <remarks>The catalogue is read once for all jobs and kept for five minutes (interop files 4.6).</remarks>
internal sealed class AnalysisVersions(CatalogClient catalog, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly CachedAnswer<Dictionary<string, Analysis>> _analyses = new(token => ReadAsync(catalog, token), Lifetime, time);

    /// <summary>Exact match of the display name within the analysis; a code, or a name nobody knows, stays as it is.</summary>
    public async Task<string> ResolveAsync(string analysisCode, string version, CancellationToken cancellationToken)
    {
        if (version.Length == 0)
            return version;
        var analyses = await _analyses.GetAsync(cancellationToken).ConfigureAwait(false);
        if (!analyses.TryGetValue(analysisCode, out var analysis) || analysis.Versions.Any(known => known.VersionCode == version))
            return version;
        return analysis.Versions.FirstOrDefault(known => known.Version == version)?.VersionCode ?? version;
    }

    public void Dispose() => _analyses.Dispose();

    private static async Task<Dictionary<string, Analysis>> ReadAsync(CatalogClient catalog, CancellationToken cancellationToken)
    {
        var analyses = new Dictionary<string, Analysis>(StringComparer.Ordinal);
        await foreach (var analysis in catalog.ListAnalysesAsync(cancellationToken).ConfigureAwait(false))
            analyses[analysis.Code] = analysis;
        return analyses;
    }
}
