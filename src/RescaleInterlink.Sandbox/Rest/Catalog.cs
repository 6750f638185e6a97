using System.Text.Json.Nodes;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>What the sandbox offers: core types, software, automations. A small, invented selection with the platform's shapes.</summary>
internal static class Catalog
{
    public static readonly IReadOnlyList<CoreTypeEntry> CoreTypes =
    [
        new("emerald", "Emerald", true, [1, 2, 4, 8, 16, 18, 36, 72], 0.12m),
        new("onyx", "Onyx", true, [1, 2, 4, 8, 16, 32, 64], 0.10m),
        new("calcite", "Calcite", true, [1, 2, 4, 8, 16, 48, 96], 0.14m),
        new("aquamarine_v3", "Aquamarine v3", true, [1, 2, 4, 8, 32], 0.45m),
        new("nickel", "Nickel", false, [1, 2, 4, 8, 16], 0.20m),
        new("marble", "Marble", false, [1, 2, 4, 8], 0.25m),
    ];

    public static readonly IReadOnlyList<AnalysisEntry> Analyses =
    [
        new("user_included", "Bring Your Own Software", "User", "Runs the command as it is.", [new("N/A", "0")]),
        new("openfoam", "OpenFOAM", "OpenFOAM Foundation", "Computational fluid dynamics.", [new("10", "10-foundation"), new("9", "9-foundation"), new("v2212", "v2212-esi")]),
        new("calculix", "CalculiX", "CalculiX", "Structural analysis.", [new("2.20", "2.20"), new("2.21", "2.21")]),
        new("python", "Python", "Python Software Foundation", "The interpreter and its standard library.", [new("3.12", "3.12"), new("3.11", "3.11")]),
        .. OneVersion,
    ];

    /// <summary>More than a page holds: a client that reads only the first one is found out.</summary>
    private static IEnumerable<AnalysisEntry> OneVersion =>
        from entry in new (string Code, string Name, string Version)[]
        {
            ("code_aster", "Code_Aster", "16.4"), ("dakota", "Dakota", "6.19"), ("dealii", "deal.II", "9.5"), ("elmer", "Elmer FEM", "9.0"), ("fenics", "FEniCS", "2019.1"),
            ("freefem", "FreeFEM", "4.14"), ("getdp", "GetDP", "3.5"), ("gmsh", "Gmsh", "4.12"), ("gromacs", "GROMACS", "2024.1"), ("julia", "Julia", "1.10"),
            ("lammps", "LAMMPS", "2Aug2023"), ("mbdyn", "MBDyn", "1.7"), ("namd", "NAMD", "3.0"), ("nwchem", "NWChem", "7.2"), ("octave", "GNU Octave", "8.4"),
            ("openmdao", "OpenMDAO", "3.31"), ("openmodelica", "OpenModelica", "1.22"), ("openradioss", "OpenRadioss", "2024"), ("paraview", "ParaView", "5.12"), ("quantum_espresso", "Quantum ESPRESSO", "7.3"),
            ("r", "R", "4.3"), ("saturne", "code_saturne", "8.0"), ("su2", "SU2", "8.0"), ("wrf", "WRF", "4.5"), ("xfoil", "XFOIL", "6.99"),
        }
        select new AnalysisEntry(entry.Code, entry.Name, entry.Name, "Open source.", [new(entry.Version, entry.Version, ["emerald", "onyx", "calcite"])]);

    public static readonly IReadOnlyList<AutomationEntry> Automations =
    [
        new("auPreE", "Record the environment", "pre", "record-environment.sh", "uname -a > \"${RECORD_NAME:-environment}.txt\"", "RECORD_NAME", "environment"),
        new("auPost", "Count the results", "post", "count-results.sh", "ls | wc -l > \"${COUNT_NAME:-count}.txt\"", "COUNT_NAME", "count"),
    ];

    public static CoreTypeEntry? FindCoreType(string code) => CoreTypes.FirstOrDefault(entry => entry.Code == code);
    public static AnalysisEntry? FindAnalysis(string code) => Analyses.FirstOrDefault(entry => entry.Code == code);
    public static AutomationEntry? FindAutomation(string id) => Automations.FirstOrDefault(entry => entry.Id == id);

    internal sealed record CoreTypeEntry(string Code, string Name, bool IsActive, IReadOnlyList<int> Cores, decimal Price)
    {
        public JsonObject View(int displayOrder) => new()
        {
            ["code"] = Code,
            ["name"] = Name,
            ["displayOrder"] = displayOrder,
            ["isActive"] = IsActive,
            ["cores"] = new JsonArray([.. Cores.Select(count => (JsonNode)count)]),
        };

        /// <summary>The v2 listing adds prices.</summary>
        public JsonObject ViewV2(int displayOrder)
        {
            var view = View(displayOrder);
            view["price"] = Price;
            view["lowPriorityPrice"] = Price / 2;
            view["walltimeRequired"] = true;
            return view;
        }
    }

    internal sealed record AnalysisEntry(string Code, string Name, string Vendor, string Description, IReadOnlyList<AnalysisVersionEntry> Versions)
    {
        public JsonObject View(int displayOrder) => new()
        {
            ["code"] = Code,
            ["name"] = Name,
            ["description"] = Description,
            ["vendorName"] = Vendor,
            ["thumbnail"] = null,
            ["displayOrder"] = displayOrder,
            ["versions"] = new JsonArray([.. Versions.Select((version, index) => version.View($"{Code}{index + 1}"))]),
            ["industries"] = new JsonArray(new JsonObject { ["name"] = "Engineering", ["icon"] = null }),
        };

        public JsonObject ViewV2(int displayOrder)
        {
            var view = View(displayOrder);
            view["supportDesks"] = new JsonArray();
            return view;
        }
    }

    /// <param name="Version">What people read.</param>
    /// <param name="Code">What a job must name.</param>
    /// <param name="CoreTypes">Codes of those it may run on; null for all active ones. A job is not held to it.</param>
    internal sealed record AnalysisVersionEntry(string Version, string Code, IReadOnlyList<string>? CoreTypes = null)
    {
        public JsonObject View(string id) => new()
        {
            ["id"] = id,
            ["version"] = Version,
            ["versionCode"] = Code,
            ["allowedCoreTypes"] = new JsonArray([.. (CoreTypes ?? Catalog.CoreTypes.Where(type => type.IsActive).Select(type => type.Code)).Select(code => (JsonNode)code)]),
        };
    }

    /// <param name="Command">Run in the work folder before or after the job's own command.</param>
    internal sealed record AutomationEntry(string Id, string Name, string ExecuteOn, string ScriptName, string Command, string Variable, string DefaultValue)
    {
        public JsonObject View() => new()
        {
            ["id"] = Id,
            ["name"] = Name,
            ["executeOn"] = ExecuteOn,
            ["scriptName"] = ScriptName,
            ["executionFrequency"] = 0,
            ["environmentVariables"] = new JsonArray(new JsonObject { ["name"] = Variable, ["defaultValue"] = DefaultValue }),
            ["description"] = Name + ".",
            ["thumbnailUrl"] = null,
            ["osFamily"] = "linux",
            ["analysisDependencies"] = new JsonArray(),
            ["command"] = Command,
        };
    }
}
