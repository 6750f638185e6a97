using System.Text.Json;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests;

/// <summary>Every section of the shared vectors is held to by a test, or is said here not to be.</summary>
public sealed class VectorCoverageTests
{
    private static readonly Dictionary<string, string> WithoutTest = new()
    {
        ["threadAllocation"] = "the Go tool's fixed numbers of connections; ours adapt",
        ["autoDownloadEligibility"] = "the daemon, which the module does not have yet",
    };

    [Fact]
    public void Every_section_is_read_by_a_test()
    {
        var sources = string.Concat(new[] { "Core.Tests", "Sandbox.Tests" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(SandboxFixture.RepositoryRoot, "tests", project), "*.cs", SearchOption.AllDirectories))
            .Where(file => Path.GetFileName(file) != nameof(VectorCoverageTests) + ".cs")
            .Select(File.ReadAllText));
        var root = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "test-vectors.json"))).RootElement;
        var sections = root.EnumerateObject().Where(section => section.Name is not ("about" or "smallRules")).Concat(root.GetProperty("smallRules").EnumerateObject()).Select(section => section.Name).ToList();
        Assert.True(sections.Count > 15);
        Assert.Equal(WithoutTest.Keys.Order(), sections.Where(section => !sources.Contains($"\"{section}\"", StringComparison.Ordinal)).Order());
    }
}
