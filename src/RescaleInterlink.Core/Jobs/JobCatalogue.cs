using RescaleInterlink.Library;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Jobs;

/// <param name="Spec">With the codes that the platform goes by in the place of display names.</param>
/// <param name="Faults">Names that the platform does not know; the messages hold what may have been meant.</param>
/// <param name="Warnings">What may well be wrong, but is the platform's to refuse.</param>
public sealed record JobSpecAdvice(JobSpec Spec, IReadOnlyList<JobSpecFault> Faults, IReadOnlyList<string> Warnings);

/// <summary>What the platform offers to jobs: software, versions, core types. Thread-safe.</summary>
/// <remarks>The catalogue is read once for all jobs and kept for five minutes (interop files 4.6).</remarks>
internal sealed class JobCatalogue(CatalogClient catalog, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly CachedAnswer<List<Analysis>> _analyses = new(token => ReadAsync(catalog.ListAnalysesAsync(token)), Lifetime, time);
    // Retired ones too: a job that names one is told so by the platform, and not that there never was one.
    private readonly CachedAnswer<List<CoreType>> _coreTypes = new(token => ReadAsync(catalog.ListCoreTypesAsync(includeInactive: true, token)), Lifetime, time);

    /// <summary>Exact match of the display name within the analysis; a code, or a name nobody knows, stays as it is.</summary>
    public async Task<string> ResolveVersionAsync(string analysisCode, string version, CancellationToken cancellationToken)
    {
        if (version.Length == 0)
            return version;
        var analyses = await _analyses.GetAsync(cancellationToken).ConfigureAwait(false);
        var analysis = analyses.Find(known => known.Code == analysisCode);
        return analysis is null || analysis.Versions.Any(known => known.VersionCode == version)
            ? version
            : analysis.Versions.FirstOrDefault(known => known.Version == version)?.VersionCode ?? version;
    }

    /// <summary>Codes in any case, and display names that only one entry has, become codes. What is empty is not looked up.</summary>
    public async Task<JobSpecAdvice> AdviseAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var faults = new List<JobSpecFault>();
        var warnings = new List<string>();
        AnalysisVersion? version = null;
        if (JobText.SanitizeField(spec.AnalysisCode) is { Length: > 0 } software)
        {
            var analyses = await _analyses.GetAsync(cancellationToken).ConfigureAwait(false);
            if (Find(analyses, software, known => known.Code, known => known.Name) is { } analysis)
            {
                spec = spec with { AnalysisCode = analysis.Code };
                (spec, version) = WithVersion(spec, analysis, warnings);
            }
            else
            {
                faults.Add(new JobSpecFault(nameof(JobSpec.AnalysisCode),
                    $"'{software}' is not software of the platform{Suggestions.Ask(software, analyses.Select(known => (known.Code, known.Name)))}"));
            }
        }

        if (JobText.SanitizeField(spec.CoreType) is { Length: > 0 } hardware)
        {
            var coreTypes = await _coreTypes.GetAsync(cancellationToken).ConfigureAwait(false);
            if (Find(coreTypes, hardware, known => known.Code, known => known.Name) is { } coreType)
            {
                spec = spec with { CoreType = coreType.Code };
                if (!coreType.IsActive)
                    warnings.Add($"The core type '{coreType.Code}' is not offered to new jobs any more.");
                else if (version is { AllowedCoreTypes.Count: > 0 } && !version.AllowedCoreTypes.Contains(coreType.Code, StringComparer.OrdinalIgnoreCase))
                    warnings.Add($"The version '{version.Version}' of '{spec.AnalysisCode}' is not offered on the core type '{coreType.Code}'.");
            }
            else
            {
                faults.Add(new JobSpecFault(nameof(JobSpec.CoreType),
                    $"'{hardware}' is not a core type of the platform{Suggestions.Ask(hardware, coreTypes.Select(known => (known.Code, known.Name)))}"));
            }
        }

        return new JobSpecAdvice(spec, faults, warnings);
    }

    public void Dispose()
    {
        _analyses.Dispose();
        _coreTypes.Dispose();
    }

    private static (JobSpec Spec, AnalysisVersion? Version) WithVersion(JobSpec spec, Analysis analysis, List<string> warnings)
    {
        if (JobText.SanitizeField(spec.AnalysisVersion) is not { Length: > 0 } wanted)
            return (spec, null);
        if (Find(analysis.Versions, wanted, known => known.VersionCode ?? "", known => known.Version) is { } version)
            return (spec with { AnalysisVersion = string.IsNullOrEmpty(version.VersionCode) ? wanted : version.VersionCode }, version);
        // Sent as it is (interop API 6.1): the list need not hold every version that the platform takes.
        warnings.Add($"'{wanted}' is not a listed version of '{analysis.Code}'"
            + $"{Suggestions.Ask(wanted, analysis.Versions.Select(known => (known.Version ?? "", known.VersionCode)))}. It is used as it is.");
        return (spec, null);
    }

    /// <summary>By code, by code in any case, then by a name that is not ambiguous.</summary>
    private static T? Find<T>(IReadOnlyList<T> items, string wanted, Func<T, string> code, Func<T, string?> name)
        where T : class
    {
        foreach (var comparison in (StringComparison[])[StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase])
        {
            if (items.FirstOrDefault(item => code(item).Equals(wanted, comparison)) is { } byCode)
                return byCode;
            List<T> byName = [.. items.Where(item => wanted.Equals(name(item), comparison))];
            if (byName.Count == 1)
                return byName[0];
        }

        return null;
    }

    private static async Task<List<T>> ReadAsync<T>(IAsyncEnumerable<T> listing)
    {
        var items = new List<T>();
        await foreach (var item in listing.ConfigureAwait(false))
            items.Add(item);
        return items;
    }
}
