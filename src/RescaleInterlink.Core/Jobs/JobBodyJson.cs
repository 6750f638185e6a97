namespace RescaleInterlink.Jobs;

/// <summary>Reads the API's own body of a job (interop API 6.1), which the Go tool takes as a job file too (interop files 4.2 c).</summary>
internal static class JobBodyJson
{
    public static JobSpec Read(JsonFields body)
    {
        var analyses = body.Objects("jobanalyses");
        if (analyses.Count != 1)
            body.Fault("jobanalyses", "does not hold exactly one entry");
        var spec = new JobSpec
        {
            JobName = body.Text("name"),
            IsLowPriority = body.Flag("isLowPriority"),
            Tags = body.List("tags"),
            ProjectId = body.TextOrNull("projectId"),
            ClusterId = body.TextOrNull("clusterId"),
            AutomationIds = [.. body.Objects("jobAutomations").Select(ReadAutomation).Where(id => id.Length > 0)],
        };
        return analyses.Count == 1 ? ReadAnalysis(spec, analyses[0]) : spec;
    }

    private static JobSpec ReadAnalysis(JobSpec spec, JsonFields analysis)
    {
        var software = analysis.Object("analysis");
        var hardware = analysis.Object("hardware");
        var inputs = analysis.Objects("inputFiles").Select(file => (Id: file.Text("id"), IsUnpacked: file.Flag("decompress"))).Where(file => file.Id.Length > 0).ToList();
        // A specification unpacks all of the job's own files or none; files that are always unpacked stand by themselves.
        var areUnpacked = inputs.All(file => file.IsUnpacked);
        return spec with
        {
            Command = analysis.Raw("command"),
            AnalysisCode = software?.Text("code") ?? "",
            AnalysisVersion = software?.Text("version") ?? "",
            CoreType = hardware?.Object("coreType")?.Text("code") ?? "",
            CoresPerSlot = hardware?.Count("coresPerSlot", 1) ?? 1,
            Slots = hardware?.Count("slots", 1) ?? 1,
            WalltimeHours = hardware?.Number("walltime", 1) ?? 1,
            InputFileIds = [.. inputs.Where(file => areUnpacked || !file.IsUnpacked).Select(file => file.Id)],
            ExtraInputFileIds = [.. inputs.Where(file => !areUnpacked && file.IsUnpacked).Select(file => file.Id)],
            NoDecompress = !areUnpacked,
            LicenseSettings = analysis.Settings("envVars"),
            UseRescaleLicense = analysis.Flag("useRescaleLicense"),
            OnDemandLicenseSeller = analysis.TextOrNull("onDemandLicenseSeller"),
            UserDefinedLicenseSettings = analysis.TextOrNull("userDefinedLicenseSettings"),
        };
    }

    private static string ReadAutomation(JsonFields entry)
    {
        if (entry.Settings("environmentVariables") is { Length: > 0 })
            entry.Fault("environmentVariables", "has entries, which a specification cannot hold");
        return entry.Object("automation")?.Text("id") ?? "";
    }
}
