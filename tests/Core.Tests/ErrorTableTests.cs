using System.Text.RegularExpressions;
using RescaleInterlink.Errors;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests;

public partial class ErrorTableTests
{
    private static readonly string[] Identifiers = [.. typeof(ErrorIds).GetFields().Select(field => (string)field.GetRawConstantValue()!)];

    [Fact]
    public void Every_identifier_has_a_row_and_every_row_an_identifier()
    {
        Assert.NotEmpty(Identifiers);
        Assert.Equal(Identifiers.Order(StringComparer.Ordinal), ErrorTable.All.Select(entry => entry.Id));
        Assert.All(ErrorTable.All, entry =>
        {
            Assert.NotEmpty(entry.Kinds);
            Assert.False(string.IsNullOrWhiteSpace(entry.Action), entry.Id);
        });
    }

    [Fact]
    public void Every_identifier_is_explained()
    {
        var page = File.ReadAllText(Path.Combine(SandboxFixture.RepositoryRoot, "docs", "about", "about_RescaleErrors.md"));
        Assert.All(Identifiers, id => Assert.Matches($"(?m)^ +{id} +\\S", page));
        // And what is explained exists.
        var rows = Row().Matches(page[page.IndexOf("## Identifiers", StringComparison.Ordinal)..]).Select(row => row.Groups[1].Value);
        Assert.Empty(rows.Except([.. Identifiers, "UnexpectedFailure"]));
    }

    /// <summary>What the sources say of an identifier is what the table says.</summary>
    [Fact]
    public void Every_error_is_made_as_the_table_has_it()
    {
        var made = Directory.EnumerateFiles(Path.Combine(SandboxFixture.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(path => Made().Matches(File.ReadAllText(path)).Select(found => (path, Id: found.Groups[1].Value, Kind: Enum.Parse<ErrorKind>(found.Groups[2].Value))))
            .ToList();
        Assert.True(made.Count > 50, $"Only {made.Count} errors were found.");
        Assert.All(made, one => Assert.True(
            ErrorTable.Find(one.Id)?.Kinds.Contains(one.Kind), $"{one.Id} is made as {one.Kind} in {one.path}, which the table does not have."));
    }

    [Fact]
    public void An_error_without_an_action_of_its_own_has_that_of_the_table()
    {
        Assert.All(ErrorTable.All, entry => Assert.Equal(entry.Action, new RescaleException(entry.Id, entry.Kinds[0], "x").RecommendedAction));
        Assert.Equal("Do this.", new RescaleException(ErrorIds.DiskFull, ErrorKind.DiskFull, "x", "Do this.").RecommendedAction);
    }

    [GeneratedRegex(@"ErrorIds\.(\w+),\s*ErrorKind\.(\w+)")]
    private static partial Regex Made();

    [GeneratedRegex(@"(?m)^    (\w+) {2,}\S")]
    private static partial Regex Row();
}
