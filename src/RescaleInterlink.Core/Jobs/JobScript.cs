using System.Globalization;
using System.Text.RegularExpressions;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Jobs;

/// <param name="Notes">What the script says that a specification has no place for, with the line.</param>
public sealed record JobScriptContent(JobSpec Spec, IReadOnlyList<string> Notes);

/// <summary>Reads a job from an SGE script with <c>#RESCALE_*</c> directives (interop files 4.3).</summary>
/// <remarks>Lines may be of any length; a byte order mark, CRLF and CR are read as if they were not there.</remarks>
public static partial class JobScript
{
    /// <summary>What <see cref="JobScriptWriter"/> puts before a command that the Go tool's rules would change. To other readers it is a comment.</summary>
    internal const string VerbatimMark = "#-- RescaleInterlink: the command, line by line as it is, to the end of the file";

    /// <summary>Hours; larger numbers were seconds once (interop files 4.3).</summary>
    internal const int MostWalltimeHours = 336;

    /// <param name="sourceName">The script's name for messages.</param>
    /// <exception cref="RescaleException">JobScriptInvalid, naming every fault and its line.</exception>
    public static JobScriptContent Read(string text, string sourceName)
    {
        var reading = new Reading();
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        var body = new List<string>();
        string? verbatim = null;
        for (var i = 0; i < lines.Length && verbatim is null; i++)
        {
            // In the middle, too: scripts are joined to one with cat.
            var line = lines[i].TrimStart('\uFEFF');
            if (line.TrimEnd() == VerbatimMark)
                verbatim = string.Join('\n', lines.Skip(i + 1)).Trim();
            else if (DirectiveLine().Match(line) is { Success: true } directive)
                reading.TakeDirective(i + 1, directive.Groups["name"].Value, directive.Groups["value"].Value.Trim());
            else if (line.StartsWith("#$", StringComparison.Ordinal))
                reading.TakeScheduler(i + 1, line[2..].Trim());
            else if (line.Trim() is { Length: > 0 } command && command[0] != '#')
                body.Add(command);
        }

        // The body stands in for a command that no directive gives.
        return reading.Finish(verbatim, string.Join('\n', body), sourceName);
    }

    /// <summary>A script has no columns, so its faults are told by what is missing in it.</summary>
    private static string Directive(string column) => column switch
    {
        nameof(JobSpec.JobName) => "the name (#RESCALE_NAME)",
        nameof(JobSpec.AnalysisCode) => "the software (#RESCALE_ANALYSIS)",
        nameof(JobSpec.Command) => "the command (#RESCALE_COMMAND, or lines that are no comments)",
        nameof(JobSpec.CoreType) => "the core type (#RESCALE_CORES)",
        nameof(JobSpec.CoresPerSlot) => "the number of cores (#RESCALE_CORES_PER_SLOT)",
        nameof(JobSpec.Slots) => "the number of slots (#RESCALE_SLOTS)",
        nameof(JobSpec.WalltimeHours) => "the walltime (#RESCALE_WALLTIME)",
        _ => column,
    };

    [GeneratedRegex(@"^#(?<name>RESCALE_[A-Za-z0-9_]+|USE_RESCALE_LICENSE)(?:[ \t]+(?<value>.*))?[ \t]*$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex DirectiveLine();

    /// <summary>What was read so far. <c>#RESCALE_*</c> goes before <c>#$</c> wherever it stands; of the latter the first counts.</summary>
    private sealed class Reading
    {
        private readonly Dictionary<string, (int Line, string Value)> _given = new(StringComparer.Ordinal);
        private readonly Dictionary<string, (int Line, string Value)> _scheduler = new(StringComparer.Ordinal);
        private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
        private readonly List<string> _tags = [];
        private readonly List<string> _automations = [];
        private readonly List<string> _notes = [];
        private readonly List<string> _faults = [];

        public void TakeDirective(int line, string name, string value)
        {
            switch (name)
            {
                case "RESCALE_TAGS":
                    _tags.AddRange(value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
                    break;
                case "RESCALE_AUTOMATION":
                    _automations.Add(value);
                    break;
                case "RESCALE_INBOUND_SSH_CIDR" or "RESCALE_PUBLIC_KEY":
                    _notes.Add(At(line, $"#{name} is never sent with a job"));
                    break;
                case "RESCALE_NAME" or "RESCALE_COMMAND" or "RESCALE_ANALYSIS" or "RESCALE_ANALYSIS_VERSION" or "RESCALE_CORES"
                    or "RESCALE_CORES_PER_SLOT" or "RESCALE_SLOTS" or "RESCALE_WALLTIME" or "RESCALE_PROJECT_ID" or "USE_RESCALE_LICENSE"
                    or "RESCALE_USER_DEFINED_LICENSE_SETTINGS":
                    _given[name] = (line, value);
                    break;
                case var variable when variable.StartsWith("RESCALE_ENV_", StringComparison.Ordinal) && variable.Length > "RESCALE_ENV_".Length:
                    _environment[variable["RESCALE_ENV_".Length..]] = value;
                    break;
                default:
                    _notes.Add(At(line, $"#{name} is not known"));
                    break;
            }
        }

        public void TakeScheduler(int line, string text)
        {
            var words = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["-N", var name, ..]:
                    _scheduler.TryAdd("RESCALE_NAME", (line, name));
                    break;
                case ["-pe", _, var cores, ..]:
                    _scheduler.TryAdd("RESCALE_CORES_PER_SLOT", (line, cores));
                    break;
                case ["-l", .. var resources]:
                    foreach (var resource in string.Concat(resources).Split(',', StringSplitOptions.RemoveEmptyEntries))
                        TakeResource(line, resource);
                    break;
                default:
                    // The scheduler's own business, such as -cwd and -S.
                    break;
            }
        }

        public JobScriptContent Finish(string? verbatim, string body, string sourceName)
        {
            var command = verbatim ?? (Text("RESCALE_COMMAND") is { Length: > 0 } single ? single : body);
            var spec = new JobSpec
            {
                JobName = Text("RESCALE_NAME"),
                AnalysisCode = Text("RESCALE_ANALYSIS"),
                AnalysisVersion = Text("RESCALE_ANALYSIS_VERSION"),
                Command = command,
                KeepCommandSpacing = verbatim is not null,
                CoreType = Text("RESCALE_CORES"),
                CoresPerSlot = Number("RESCALE_CORES_PER_SLOT", 0),
                Slots = Number("RESCALE_SLOTS", 1),
                WalltimeHours = Walltime(),
                Tags = [.. _tags.Distinct(StringComparer.Ordinal)],
                ProjectId = Text("RESCALE_PROJECT_ID") is { Length: > 0 } project ? project : null,
                AutomationIds = [.. _automations.Where(id => id.Length > 0).Distinct(StringComparer.Ordinal)],
                LicenseSettings = LicenseSettings.Write(_environment),
                UseRescaleLicense = Flag("USE_RESCALE_LICENSE"),
                UserDefinedLicenseSettings = Text("RESCALE_USER_DEFINED_LICENSE_SETTINGS") is { Length: > 0 } settings ? settings : null,
            };
            if (_faults.Count == 0)
                _faults.AddRange(JobSpecCheck.FindFaults(spec).Select(fault => $"{Directive(fault.Column)} {fault.Message}"));
            return _faults.Count == 0
                ? new JobScriptContent(spec, _notes)
                : throw new RescaleException(ErrorIds.JobScriptInvalid, ErrorKind.InvalidInput, $"The script '{sourceName}' describes no job: {string.Join("; ", _faults)}.",
                    "Correct the named lines.");
        }

        private void TakeResource(int line, string resource)
        {
            var (key, value) = resource.Split('=', 2) is [var name, var text] ? (name, text) : (resource, "");
            var directive = key switch
            {
                "rescale_code" => "RESCALE_ANALYSIS",
                "rescale_coretype" => "RESCALE_CORES",
                "rescale_cores" => "RESCALE_CORES_PER_SLOT",
                "rescale_walltime" => "RESCALE_WALLTIME",
                "rescale_name" => "RESCALE_NAME",
                _ => null,
            };
            if (directive is null && key.StartsWith("rescale_", StringComparison.Ordinal))
                _notes.Add(At(line, $"the resource '{key}' is not known"));
            else if (directive is not null && value.Length > 0)
                _scheduler.TryAdd(directive, (line, value));
        }

        private (int Line, string Value)? Find(string name)
            => _given.TryGetValue(name, out var given) && given.Value.Length > 0 ? given : _scheduler.TryGetValue(name, out var found) ? found : null;

        private string Text(string name) => Find(name)?.Value ?? "";

        private int Number(string name, int missing)
        {
            if (Find(name) is not var (line, value))
                return missing;
            if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                return number;
            _faults.Add(At(line, $"'{value}' is not a whole number"));
            return missing;
        }

        private int Walltime()
        {
            var hours = Number("RESCALE_WALLTIME", 0);
            if (hours > MostWalltimeHours)
                _faults.Add(At(Find("RESCALE_WALLTIME")!.Value.Line, $"the walltime {hours} is more than {MostWalltimeHours} hours; older scripts gave seconds"));
            return hours;
        }

        private bool Flag(string name)
        {
            if (Find(name) is not var (line, value))
                return false;
            if (bool.TryParse(value, out var flag))
                return flag;
            _faults.Add(At(line, $"'{value}' is neither true nor false"));
            return false;
        }

        private static string At(int line, string what) => string.Create(CultureInfo.InvariantCulture, $"line {line}: {what}");
    }
}
