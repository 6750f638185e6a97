using System.Globalization;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Pipelines.Tables;

/// <summary>A file that belongs to each primary file.</summary>
/// <param name="Text">Relative path as seen from the primary's folder; <c>*</c> stands for the primary's name without its last extension.</param>
/// <param name="IsRequired">Without it there is no job.</param>
public sealed record SecondaryPattern(string Text, bool IsRequired)
{
    private const string Required = ":required";
    private const string Optional = ":optional";

    /// <summary>Reads <c>*.mesh</c>, <c>../common.cfg:optional</c>; required when nothing is said.</summary>
    /// <exception cref="RescaleException">JobTableInvalid: nothing but the word.</exception>
    public static SecondaryPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var isOptional = text.EndsWith(Optional, StringComparison.OrdinalIgnoreCase);
        var isRequired = text.EndsWith(Required, StringComparison.OrdinalIgnoreCase);
        var path = (isOptional ? text[..^Optional.Length] : isRequired ? text[..^Required.Length] : text).Trim();
        return path.Length > 0 ? new SecondaryPattern(path, !isOptional)
            : throw new RescaleException(ErrorIds.JobTableInvalid, ErrorKind.InvalidInput, $"'{text}' names no file.", "Give a path such as *.mesh or ../common.cfg:optional.");
    }
}

/// <summary>The files of one job.</summary>
/// <param name="JobName">Empty when a required file is missing.</param>
/// <param name="Files">Full paths, the primary file first.</param>
/// <param name="Missing">Full paths of secondary files that are not there.</param>
/// <param name="MissingRequired">Those of them that are required.</param>
public sealed record JobInput(string JobName, IReadOnlyList<string> Files, IReadOnlyList<string> Missing, IReadOnlyList<string> MissingRequired)
{
    /// <summary>This is no job.</summary>
    public bool LacksRequired => MissingRequired.Count > 0;

    public string PrimaryFile => Files[0];
}

/// <summary>Makes a job of each primary file, with the secondary files that belong to it (interop files 5, scan-files). The lists of
/// files stay with the jobs.</summary>
public static class InputScan
{
    /// <param name="root">Full path that the pattern starts at.</param>
    /// <param name="primary">Pattern of files, names separated by <c>/</c>: <c>*.inp</c>, <c>cases/*/model.inp</c>.</param>
    /// <param name="baseName">Of the job names <c>{baseName}_{n}</c>; null for <c>Job</c>. n counts the jobs, from 1.</param>
    /// <param name="notice">Told of folders that cannot be looked into.</param>
    /// <returns>By path, byte by byte.</returns>
    /// <exception cref="RescaleException">SourceNotFound when nothing matches; JobTableInvalid when the pattern is none.</exception>
    public static IReadOnlyList<JobInput> Find(string root, string primary, IReadOnlyList<SecondaryPattern> secondary, string? baseName, Action<string> notice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(primary);
        ArgumentNullException.ThrowIfNull(secondary);
        var pattern = new PathPattern(primary);
        var files = pattern.Expand(pattern.Top ?? root, File.Exists, notice, cancellationToken).Select(static found => found.Path).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
            throw new RescaleException(ErrorIds.SourceNotFound, ErrorKind.NotFound, $"No file matches '{primary}' in '{root}'.", "Check the pattern; case counts.");
        var name = string.IsNullOrWhiteSpace(baseName) ? "Job" : baseName.Trim();
        var jobs = new List<JobInput>();
        var number = 0;
        foreach (var file in files)
        {
            var wanted = secondary.Select(one => (Path: Resolve(file, one.Text), one.IsRequired)).ToList();
            var missing = wanted.Where(static one => !File.Exists(one.Path)).ToList();
            string[] lacking = [.. missing.Where(static one => one.IsRequired).Select(static one => one.Path)];
            jobs.Add(new JobInput(
                lacking.Length > 0 ? "" : $"{name}_{(++number).ToString(CultureInfo.InvariantCulture)}",
                [.. wanted.Where(static one => File.Exists(one.Path)).Select(static one => one.Path).Prepend(file).Distinct(StringComparer.Ordinal)],
                [.. missing.Select(static one => one.Path)],
                lacking));
        }

        return jobs;
    }

    private static string Resolve(string primary, string pattern)
        => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(primary)!, pattern.Replace("*", Path.GetFileNameWithoutExtension(primary), StringComparison.Ordinal)));
}
