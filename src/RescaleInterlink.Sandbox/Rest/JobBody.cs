using RescaleInterlink.Sandbox.Data;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>The body that creates a job (interop API 6.1). <c>tags</c> are not read: the platform ignores them here.</summary>
internal static class JobBody
{
    /// <exception cref="ApiException">400: what is wrong, by field. 500: an automation without environment variables, as on the platform.</exception>
    public static (string Name, JobSpecification Specification) Read(BodyReader body, Store store)
    {
        string name = body.Text("name");
        var analyses = body.Objects("jobanalyses", required: true, entry => ReadAnalysis(entry, store));
        if (body.Has("jobanalyses") && analyses.Count != 1)
            body.Fail("jobanalyses", "Exactly one job analysis is expected.");
        bool lowPriority = body.Flag("isLowPriority", fallback: false);
        string? project = body.OptionalText("projectId");
        body.OptionalText("clusterId");
        var automations = body.Objects("jobAutomations", required: false, ReadAutomation);
        body.ThrowIfInvalid();
        return (name, analyses[0] with { IsLowPriority = lowPriority, ProjectId = project, Automations = automations });
    }

    private static JobSpecification ReadAnalysis(BodyReader body, Store store)
    {
        string command = body.Text("command");
        string code = "", coreType = "";
        string? version = null;
        int coresPerSlot = 1, slots = 1, walltime = 1;
        body.Object("analysis", analysis =>
        {
            code = analysis.Text("code");
            version = analysis.OptionalText("version");
            var entry = Catalog.FindAnalysis(code);
            if (code.Length > 0 && entry is null)
                analysis.Fail("code", $"Analysis \"{code}\" does not exist.");
            else if (!string.IsNullOrEmpty(version) && entry is not null && entry.Versions.All(known => known.Code != version))
                analysis.Fail("version", $"Version \"{version}\" of analysis \"{code}\" does not exist.");
            return code;
        });
        body.Object("hardware", hardware =>
        {
            hardware.Object("coreType", type =>
            {
                coreType = type.Text("code");
                if (coreType.Length > 0 && Catalog.FindCoreType(coreType) is not { IsActive: true })
                    type.Fail("code", $"Core type \"{coreType}\" does not exist or is not active.");
                return coreType;
            });
            coresPerSlot = Int(hardware.Whole("coresPerSlot", least: 1));
            slots = Int(hardware.Whole("slots", least: 1, fallback: 1));
            walltime = Int(hardware.Whole("walltime", least: 1));
            return coreType;
        });
        var inputs = body.Objects("inputFiles", required: false, input => ReadInput(input, store));
        return new JobSpecification
        {
            Command = command,
            AnalysisCode = code,
            AnalysisVersion = version,
            CoreType = coreType,
            CoresPerSlot = coresPerSlot,
            Slots = slots,
            Walltime = walltime,
            Inputs = inputs,
            EnvironmentVariables = ReadEnvironment(body),
            UseRescaleLicense = body.Flag("useRescaleLicense", fallback: false),
            OnDemandLicenseSeller = body.OptionalText("onDemandLicenseSeller"),
        };
    }

    private static JobInput ReadInput(BodyReader body, Store store)
    {
        string id = body.Text("id");
        if (id.Length > 0 && store.FindFile(id) is null)
            body.Fail("id", $"Invalid pk \"{id}\" - object does not exist.");
        return new JobInput(id, body.Flag("decompress", fallback: true));
    }

    private static JobAutomation ReadAutomation(BodyReader body)
    {
        string id = body.Object("automation", automation =>
        {
            string id = automation.Text("id");
            if (id.Length > 0 && Catalog.FindAutomation(id) is null)
                automation.Fail("id", $"Invalid pk \"{id}\" - object does not exist.");
            return id;
        }) ?? "";
        return body.Has("environmentVariables")
            ? new JobAutomation(id, body.Map("environmentVariables"))
            : throw ApiException.Detail(500, "Internal server error.");
    }

    private static IReadOnlyDictionary<string, string> ReadEnvironment(BodyReader body)
    {
        var variables = body.Map("envVars");
        if (variables.Keys.Any(name => name.Length == 0 || name.Contains('=') || name.Contains('\0')))
            body.Fail("envVars", "Names of variables have at least one character and no '='.");
        return variables;
    }

    private static int Int(long value) => (int)Math.Min(int.MaxValue, value);
}
