using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Jobs;

/// <summary>How specifications are written as JSON (interop files 4.2).</summary>
public enum JobSpecForm
{
    /// <summary>The Go tool's job file.</summary>
    Spec,

    /// <summary>The Go tool's template.</summary>
    Template,

    /// <summary>The body of the API that creates the job.</summary>
    Api,
}

/// <summary>Writes specifications as the Go tool does: its keys in its order, two blanks of indent, LF.</summary>
/// <remarks>What only this module knows stands after the Go tool's keys, and only where it is set: the Go tool passes over it.</remarks>
public static class JobSpecJsonWriter
{
    /// <summary>One specification as an object, several as an array.</summary>
    /// <param name="notes">What the form has no place for, by job.</param>
    public static string Write(IReadOnlyList<JobSpec> specs, JobSpecForm form, out IReadOnlyList<string> notes)
    {
        var losses = new List<string>();
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            if (specs.Count != 1)
                writer.WriteStartArray();
            foreach (var spec in specs)
            {
                if (form == JobSpecForm.Api)
                    WriteBody(writer, spec, losses);
                else
                    WriteSpec(writer, spec, form == JobSpecForm.Template);
            }

            if (specs.Count != 1)
                writer.WriteEndArray();
        }

        notes = losses;
        // The writer ends lines as the system does; line ends within texts are escaped.
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length).Replace("\r\n", "\n", StringComparison.Ordinal) + "\n";
    }

    private static void WriteSpec(Utf8JsonWriter writer, JobSpec spec, bool asTemplate)
    {
        writer.WriteStartObject();
        Text("Directory", spec.Directory);
        Text("JobName", spec.JobName);
        Text("AnalysisCode", spec.AnalysisCode);
        Text("AnalysisVersion", spec.AnalysisVersion);
        Text("Command", spec.Command);
        Text("CoreType", spec.CoreType);
        writer.WriteNumber(Key("CoresPerSlot"), spec.CoresPerSlot);
        writer.WriteNumber(Key("WalltimeHours"), spec.WalltimeHours);
        writer.WriteNumber(Key("Slots"), spec.Slots);
        Text("LicenseSettings", LicenseSettings.WithoutMark(spec.LicenseSettings));
        Text("ExtraInputFileIDs", string.Join(',', spec.ExtraInputFileIds));
        writer.WriteBoolean(Key("NoDecompress"), spec.NoDecompress);
        Text("SubmitMode", spec.SubmitMode == SubmitMode.CreateOnly ? "create_only" : "create_and_submit");
        writer.WriteBoolean(Key("IsLowPriority"), spec.IsLowPriority);
        Text("OnDemandLicenseSeller", spec.OnDemandLicenseSeller);
        List("Tags", spec.Tags);
        Text("ProjectID", spec.ProjectId);
        Text("OrgCode", spec.OrgCode);
        List("Automations", spec.AutomationIds);
        IReadOnlyList<string> inputs = [.. spec.InputFileIds, .. spec.InputFiles];
        if (!asTemplate || inputs.Count > 0)
            List("InputFiles", inputs);
        if (spec.TarSubpath.Length > 0)
            writer.WriteString("tarSubpath", spec.TarSubpath);

        if (spec.ClusterId is not null)
            Text("ClusterID", spec.ClusterId);
        if (spec.UseRescaleLicense)
            writer.WriteBoolean(Key("UseRescaleLicense"), true);
        if (spec.UserDefinedLicenseSettings is not null)
            Text("UserDefinedLicenseSettings", spec.UserDefinedLicenseSettings);
        if (spec.KeepCommandSpacing)
            writer.WriteBoolean(Key("KeepCommandSpacing"), true);
        writer.WriteEndObject();

        // Templates have the same names in lower camel case.
        string Key(string name) => !asTemplate ? name : name switch
        {
            "ExtraInputFileIDs" => "extraInputFileIds",
            "ProjectID" => "projectId",
            "ClusterID" => "clusterId",
            _ => char.ToLowerInvariant(name[0]) + name[1..],
        };

        void Text(string name, string? value) => writer.WriteString(Key(name), value ?? "");

        void List(string name, IReadOnlyList<string> items)
        {
            writer.WritePropertyName(Key(name));
            if (items.Count == 0 && !asTemplate)
            {
                writer.WriteNullValue();
                return;
            }

            writer.WriteStartArray();
            foreach (var item in items)
                writer.WriteStringValue(item);
            writer.WriteEndArray();
        }
    }

    private static void WriteBody(Utf8JsonWriter writer, JobSpec spec, List<string> losses)
    {
        JobSpecCheck.Require(spec);
        JsonSerializer.Serialize(writer, JobRequestBuilder.Build(spec, spec.AnalysisVersion, []), PlatformJson.Default.JobRequest);
        Note(spec.Directory is not null, nameof(spec.Directory));
        Note(spec.InputFiles.Count > 0, "InputFile");
        Note(spec.OrgCode is not null, nameof(spec.OrgCode));
        Note(spec.SubmitMode == SubmitMode.CreateOnly, "Submit");

        void Note(bool isThere, string what)
        {
            if (isThere)
                losses.Add($"'{spec.JobName}': {what}");
        }
    }
}
