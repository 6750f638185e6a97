using System.Text.RegularExpressions;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Transfers;

/// <summary>What docs/reliability.md names as proof is there and runs.</summary>
public sealed partial class ReliabilityDocumentTests
{
    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var named = Name().Matches(File.ReadAllText(Path.Combine(SandboxFixture.RepositoryRoot, "docs", "reliability.md")));
        Assert.True(named.Count > 100);
        var classes = typeof(ReliabilityDocumentTests).Assembly.GetTypes().Where(type => type is { IsPublic: true, IsAbstract: false }).ToLookup(type => type.Name);
        var missing = named.Where(name => !classes[name.Groups[1].Value].Any(type => IsTest(type, name.Groups[2].Value))).Select(name => name.Value);
        Assert.Empty(missing.Distinct());
    }

    private static bool IsTest(Type type, string method) =>
        type.GetMethods().Any(one => one.Name == method && one.GetCustomAttributes(inherit: true).OfType<FactAttribute>().Any());

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex Name();
}
