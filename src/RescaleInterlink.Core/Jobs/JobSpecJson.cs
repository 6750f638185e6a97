using System.Globalization;
using System.Text;
using System.Text.Json;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Jobs;

/// <param name="Notes">Keys that mean nothing in a specification, and where they stand.</param>
public sealed record JobSpecContent(IReadOnlyList<JobSpec> Specs, IReadOnlyList<string> Notes);

/// <summary>Reads specifications from JSON: the Go tool's job files and templates (interop files 4.2 a and b), and bodies of the API (c);
/// one object or an array, and the forms may be mixed.</summary>
public static class JobSpecJson
{
    /// <param name="sourceName">The file's name for messages.</param>
    /// <param name="baseDirectory">Full path that relative directories and input files are relative to; null leaves them as they are.</param>
    /// <exception cref="RescaleException">JobFileInvalid, naming the place of every fault, never the text there: it may hold a secret.</exception>
    public static JobSpecContent Read(string text, string sourceName, string? baseDirectory = null)
    {
        try
        {
            using var document = JsonDocument.Parse(text.TrimStart('\uFEFF'), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            var root = document.RootElement;
            var faults = new List<string>();
            var notes = new List<string>();
            var specs = new List<JobSpec>();
            if (root.ValueKind == JsonValueKind.Array)
            {
                var index = 0;
                foreach (var item in root.EnumerateArray())
                    ReadOne(item, string.Create(CultureInfo.InvariantCulture, $"[{index++}]"));
                if (index == 0)
                    faults.Add("the array is empty");
            }
            else
            {
                ReadOne(root, "");
            }

            return faults.Count == 0 ? new JobSpecContent(specs, notes) : throw Invalid(sourceName, string.Join("; ", faults), null);

            void ReadOne(JsonElement item, string place)
            {
                var fields = new JsonFields(item, place, faults, notes);
                specs.Add(fields.IsObject && fields.Has("jobanalyses") ? JobBodyJson.Read(fields) : ReadSpec(fields, baseDirectory));
                fields.NoteUnread();
            }
        }
        catch (JsonException exception)
        {
            // The parser's own words quote the text, and the text may hold a secret: only the place is told.
            throw Invalid(sourceName, string.Create(CultureInfo.InvariantCulture, $"it is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1})"), null);
        }
    }

    private static JobSpec ReadSpec(JsonFields fields, string? baseDirectory)
    {
        var inputs = fields.List("InputFiles");
        if (!SubmitModes.TryParse(fields.Text("SubmitMode"), out var mode))
            fields.Fault("SubmitMode", "is not one of create_and_submit, create_only, draft, submit, yes, no");
        return new JobSpec
        {
            Directory = FullPath(fields, "Directory", fields.TextOrNull("Directory"), baseDirectory),
            JobName = fields.Text("JobName"),
            AnalysisCode = fields.Text("AnalysisCode"),
            AnalysisVersion = fields.Text("AnalysisVersion"),
            Command = fields.Raw("Command"),
            CoreType = fields.Text("CoreType"),
            // What a template leaves out is 1 (interop files 4.2 b).
            CoresPerSlot = fields.Count("CoresPerSlot", 1),
            WalltimeHours = fields.Number("WalltimeHours", 1),
            Slots = fields.Count("Slots", 1),
            LicenseSettings = fields.Settings("LicenseSettings"),
            ExtraInputFileIds = fields.List("ExtraInputFileIDs"),
            NoDecompress = fields.Flag("NoDecompress"),
            SubmitMode = mode,
            IsLowPriority = fields.Flag("IsLowPriority"),
            OnDemandLicenseSeller = fields.TextOrNull("OnDemandLicenseSeller"),
            Tags = fields.List("Tags"),
            ProjectId = fields.TextOrNull("ProjectID"),
            OrgCode = fields.TextOrNull("OrgCode"),
            AutomationIds = fields.List("Automations"),
            InputFiles = [.. inputs.Where(IsPath).Select(path => FullPath(fields, "InputFiles", path, baseDirectory) ?? path)],
            InputFileIds = [.. inputs.Where(input => !IsPath(input))],
            TarSubpath = fields.Text("tarSubpath"),
            ClusterId = fields.TextOrNull("ClusterID"),
            UseRescaleLicense = fields.Flag("UseRescaleLicense"),
            UserDefinedLicenseSettings = fields.TextOrNull("UserDefinedLicenseSettings"),
            KeepCommandSpacing = fields.Flag("KeepCommandSpacing"),
        };
    }

    /// <summary>The key holds both kinds; an id has letters and digits only.</summary>
    private static bool IsPath(string input) => input.Any(c => c is '/' or '\\' or '.');

    private static string? FullPath(JsonFields fields, string key, string? path, string? baseDirectory)
    {
        if (path is null || baseDirectory is null)
            return path;
        try
        {
            return Path.GetFullPath(path, baseDirectory);
        }
        catch (ArgumentException)
        {
            fields.Fault(key, "is not a path");
            return null;
        }
    }

    private static RescaleException Invalid(string sourceName, string what, Exception? inner) => new(
        ErrorIds.JobFileInvalid, ErrorKind.InvalidInput, $"The job file '{sourceName}' cannot be used: {what}.", "Correct what the message names.", inner);
}
