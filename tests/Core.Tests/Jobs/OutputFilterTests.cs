using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;

namespace RescaleInterlink.Core.Tests.Jobs;

public class OutputFilterTests
{
    private static readonly string[] Outputs = ["process_output.log", "run.log", "d/run.log", "d/e/Result.dat", "d/e/run.log", "x/e/tmp/a.dat"];

    [Theory]
    [InlineData(null, null, null, null, "process_output.log run.log d/run.log d/e/Result.dat d/e/run.log x/e/tmp/a.dat")]
    [InlineData("*.log", null, null, null, "process_output.log run.log d/run.log d/e/run.log")]
    [InlineData("*.log", "d", null, null, "process_output.log run.log")]
    [InlineData(null, "*.log", null, null, "d/e/Result.dat x/e/tmp/a.dat")]
    [InlineData("d/e", null, null, null, "d/e/Result.dat d/e/run.log")]
    [InlineData("*.dat,*.log", "tmp,run.log", null, null, "process_output.log d/e/Result.dat")]
    [InlineData(null, null, "RES", null, "d/e/Result.dat")]
    [InlineData(null, null, "out,LOG", null, "process_output.log")]
    [InlineData(null, null, null, "**/run.log", "run.log d/run.log d/e/run.log")]
    [InlineData(null, null, null, "d/**", "d/run.log d/e/Result.dat d/e/run.log")]
    [InlineData(null, null, null, "d/**/run.log", "d/run.log d/e/run.log")]
    [InlineData(null, null, null, "**/e/**", "d/e/Result.dat d/e/run.log x/e/tmp/a.dat")]
    [InlineData(null, null, null, "**", "process_output.log run.log d/run.log d/e/Result.dat d/e/run.log x/e/tmp/a.dat")]
    [InlineData(null, null, null, "*.log", "process_output.log run.log")]
    [InlineData(null, null, null, "d/*.log,*/e/*.dat", "d/run.log d/e/Result.dat")]
    [InlineData("*.log", "process*", "run", "d/**", "d/run.log d/e/run.log")]
    public void All_conditions_hold_and_an_exclusion_wins(string? include, string? exclude, string? search, string? paths, string expected)
    {
        var filter = new OutputFilter(Split(include), Split(exclude), Split(search), Split(paths));
        Assert.Equal(expected.Split(' '), Outputs.Where(path => filter.Matches(path, path[(path.LastIndexOf('/') + 1)..])));
    }

    [Theory]
    [InlineData(null, "a.log", true)]
    [InlineData("", "a.log", true)]
    [InlineData("./d//a.log", "a.log", true)]
    [InlineData("d\\a.log", "a.log", true)]
    [InlineData("d/a.txt", "a.log", false)]
    public void A_missing_or_odd_path_is_judged_as_it_is_shown(string? path, string name, bool expected)
        => Assert.Equal(expected, new OutputFilter(include: ["*.log"], pathFilter: ["a.log", "d/*.log"]).Matches(path, name));

    [Fact]
    public void What_is_no_pattern_is_refused()
        => Assert.Equal(ErrorIds.TransferOptionInvalid, Assert.Throws<RescaleException>(() => new OutputFilter(pathFilter: ["a["])).ErrorId);

    private static string[]? Split(string? list) => list?.Split(',');
}
