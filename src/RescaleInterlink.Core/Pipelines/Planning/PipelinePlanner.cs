using System.Collections.Concurrent;
using System.Globalization;
using RescaleInterlink.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Platform.RateLimits;

namespace RescaleInterlink.Pipelines.Planning;

/// <summary>Looks at every row of a table as a run would, and sends nothing.</summary>
public sealed class PipelinePlanner
{
    private const int MostNamed = 5;

    private readonly JobService? _jobs;
    private readonly IReadOnlyList<RateLimitStatus> _limits;

    /// <param name="jobs">Compares names with the platform's catalogue; null: nobody is asked.</param>
    /// <param name="limits">What is left of the platform's limits; null: those of a platform after a rest.</param>
    public PipelinePlanner(JobService? jobs, IReadOnlyList<RateLimitStatus>? limits) => (_jobs, _limits) = (jobs, limits ?? CallForecast.DocumentedLimits);

    /// <summary>As of the run.</summary>
    public ArchiveOptions Archive { get; init; } = ArchiveOptions.Everything;

    /// <summary>As of the run.</summary>
    public ExtraInputs Extras { get; init; } = ExtraInputs.None;

    /// <summary>Of a run of all rows.</summary>
    /// <inheritdoc cref="PlanAsync(PipelineOutlook, IReadOnlyList{TableFault}, bool, CancellationToken)"/>
    public Task<PipelineForecast> PlanAsync(
        IReadOnlyList<JobRow> rows, IReadOnlyList<TableFault> faults, bool collects, CancellationToken cancellationToken)
        => PlanAsync(PipelineOutlook.OfNewRun(rows), faults, collects, cancellationToken);

    /// <param name="faults">Of the table itself, from <see cref="JobTable.InspectFile"/>.</param>
    /// <param name="collects">Whether outputs would be downloaded.</param>
    public async Task<PipelineForecast> PlanAsync(
        PipelineOutlook outlook, IReadOnlyList<TableFault> faults, bool collects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(outlook);
        ArgumentNullException.ThrowIfNull(faults);
        var rows = outlook.Open;
        var findings = new ConcurrentBag<PlanFinding>(faults.Select(static fault => new PlanFinding(FindingSeverity.Error, null, "", fault.Column, fault.ToString())));
        if (outlook.Notice is { } notice)
            findings.Add(new PlanFinding(FindingSeverity.Warning, null, "", null, notice));
        var planned = new PlannedRow[rows.Count];
        // Listing folders waits for the disk more than it computes.
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount), CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, rows.Count, options, async (i, token) => planned[i] = await PlanAsync(rows[i], findings, token).ConfigureAwait(false)).ConfigureAwait(false);
        // A run does not begin with them; what the catalogue has against a row, the platform tells.
        var refused = findings.Where(static finding => finding.Severity == FindingSeverity.Error).Select(static finding => finding.Row).ToHashSet();
        List<JobRow> uncreated = [.. rows.Where(static row => row.State.JobId is null).Select(static row => row.Row)];
        await AdviseAsync(uncreated, findings, cancellationToken).ConfigureAwait(false);
        FindDuplicates([.. rows.Select(static row => row.Row)], findings);
        if (Archive.IsGzip && planned.Any(static row => row.ArchiveName.Length > 0))
            findings.Add(new PlanFinding(FindingSeverity.Information, null, "", null, "The archives are compressed, so their sizes are estimates: what they are before that. Most become smaller."));
        var needsExtras = uncreated.Count > 0;
        var (extraUploads, extraBytes) = needsExtras ? await LookAtExtrasAsync(outlook, findings, cancellationToken).ConfigureAwait(false) : default;
        var calls = CallForecast.Of([.. rows.Where(row => !refused.Contains(row.Row.Index))], _limits, collects, extraUploads);
        foreach (var slow in calls.Where(static calls => calls.Shortest >= TimeSpan.FromMinutes(1)))
        {
            findings.Add(new PlanFinding(FindingSeverity.Information, null, "", null, string.Create(CultureInfo.InvariantCulture,
                $"{slow.Calls} calls of the scope '{slow.Name}' take {slow.Shortest:d\\.hh\\:mm\\:ss} or longer, as the platform takes {slow.AtOnce:0} at once and then {slow.RatePerSecond:0.###} a second.")));
        }

        return new PipelineForecast
        {
            Rows = planned,
            Findings = [.. findings.OrderBy(static finding => finding.Row ?? 0).ThenByDescending(static finding => finding.Severity).ThenBy(static finding => finding.Message, StringComparer.Ordinal)],
            Calls = calls,
            Unchanged = outlook.Unchanged,
            ExtraFiles = needsExtras ? Extras.Files.Count + Extras.FileIds.Count : 0,
            ExtraBytes = extraBytes,
        };
    }

    private async Task<PlannedRow> PlanAsync(OpenRow open, ConcurrentBag<PlanFinding> findings, CancellationToken cancellationToken)
    {
        var row = open.Row;
        if (PipelineResume.IsUncertain(open.State))
            findings.Add(new PlanFinding(FindingSeverity.Error, row.Index, row.Spec.JobName, null, PipelineResume.Uncertain(open.State).Message));
        var faults = PipelineResume.NeedsInputs(open.State) ? RowValidation.FindFaults(row, !Extras.IsEmpty) : [];
        foreach (var fault in faults)
            findings.Add(new PlanFinding(FindingSeverity.Error, row.Index, row.Spec.JobName, fault.Column, fault.Message));
        if (faults.Count == 0 && open.HeldRunFile is { } held)
            findings.Add(new PlanFinding(FindingSeverity.Error, row.Index, row.Spec.JobName, null, held));
        var plan = new PlannedRow(
            row.Index, row.Spec.JobName, open.Stage, row.Spec.Directory, "", 0, 0, 0, Submits: faults.Count == 0 && open.HeldRunFile is null && !PipelineResume.IsUncertain(open.State) && CallForecast.Submits(open));
        if (open.Stage > PipelineStage.Archive || string.IsNullOrWhiteSpace(row.Spec.Directory) || faults.Any(static fault => fault.Column is nameof(JobSpec.Directory) or nameof(JobSpec.TarSubpath)))
            return plan;
        try
        {
            var archive = await FolderArchive.CreateAsync(ArchiveFolder.Resolve(row.Spec.Directory, row.Spec.TarSubpath), Archive, cancellationToken).ConfigureAwait(false);
            if (archive.Source.FileCount == 0)
                findings.Add(new PlanFinding(FindingSeverity.Warning, row.Index, row.Spec.JobName, nameof(JobSpec.Directory), Archive.Describe() is { Length: > 0 } special ? $"holds no file that is archived ({special})" : "holds no file"));
            return plan with { ArchiveName = archive.Name, Files = archive.Source.FileCount, Bytes = archive.Source.FileBytes, ArchiveBytes = archive.Source.Length };
        }
        catch (RescaleException unreadable)
        {
            findings.Add(new PlanFinding(FindingSeverity.Error, row.Index, row.Spec.JobName, nameof(JobSpec.Directory), $"cannot be archived: {unreadable.Message}"));
            return plan with { Submits = false };
        }
    }

    /// <returns>Number and bytes of the files that are still to be uploaded for all jobs.</returns>
    private async Task<(int Count, long Bytes)> LookAtExtrasAsync(PipelineOutlook outlook, ConcurrentBag<PlanFinding> findings, CancellationToken cancellationToken)
    {
        var count = 0;
        var bytes = 0L;
        foreach (var path in Extras.Files)
        {
            try
            {
                if (await PipelineExtras.FindUnsentAsync(path, outlook.SentExtras.GetValueOrDefault(path), outlook.TakesChangedExtras, cancellationToken).ConfigureAwait(false) is not { } identity)
                    continue;
                count++;
                bytes += identity.Length ?? 0;
            }
            catch (RescaleException unreadable)
            {
                findings.Add(new PlanFinding(FindingSeverity.Error, null, "", null, $"The extra input file '{path}' cannot be sent: {unreadable.Message}"));
            }
        }

        // A job has one folder of inputs, in which only one of them can lie.
        foreach (var group in Extras.Files.GroupBy(static path => Path.GetFileName(path), StringComparer.Ordinal).Where(static group => group.Count() > 1))
            findings.Add(new PlanFinding(FindingSeverity.Warning, null, "", null, $"Extra input files have the same name: {string.Join(", ", group.Select(static path => $"'{path}'"))}."));
        return (count, bytes);
    }

    /// <summary>Rows mostly name the same few things: each combination is looked up once.</summary>
    private async Task AdviseAsync(IReadOnlyList<JobRow> rows, ConcurrentBag<PlanFinding> findings, CancellationToken cancellationToken)
    {
        if (_jobs is null)
            return;
        try
        {
            foreach (var group in rows.GroupBy(static row => (row.Spec.AnalysisCode, row.Spec.AnalysisVersion, row.Spec.CoreType)))
            {
                var advice = await _jobs.AdviseAsync(group.First().Spec, cancellationToken).ConfigureAwait(false);
                foreach (var row in group)
                {
                    foreach (var fault in advice.Faults)
                        findings.Add(new PlanFinding(FindingSeverity.Error, row.Index, row.Spec.JobName, fault.Column, fault.Message));
                    foreach (var warning in advice.Warnings)
                        findings.Add(new PlanFinding(FindingSeverity.Warning, row.Index, row.Spec.JobName, null, warning));
                }
            }
        }
        catch (RescaleException away)
        {
            findings.Add(new PlanFinding(FindingSeverity.Warning, null, "", null, $"The names were not compared with the platform's catalogue: {away.Message}"));
        }
    }

    private static void FindDuplicates(IReadOnlyList<JobRow> rows, ConcurrentBag<PlanFinding> findings)
    {
        foreach (var group in rows.GroupBy(static row => JobText.SanitizeField(row.Spec.JobName), StringComparer.Ordinal).Where(static group => group.Key.Length > 0 && group.Count() > 1))
        {
            var indices = group.Select(static row => row.Index).ToList();
            var named = string.Join(", ", indices.Take(MostNamed)) + (indices.Count > MostNamed ? ", ..." : "");
            findings.Add(new PlanFinding(FindingSeverity.Warning, indices[1], group.Key, nameof(JobSpec.JobName), $"is the name of {indices.Count} rows: {named}"));
        }
    }
}
