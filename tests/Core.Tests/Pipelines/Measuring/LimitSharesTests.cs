using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Pipelines.Measuring;

namespace RescaleInterlink.Core.Tests.Pipelines.Measuring;

/// <summary>The rule by which a run's time is divided among its limits, and which of them bound it.</summary>
public sealed class LimitSharesTests
{
    private static readonly TimeSpan[] NoWaits = new TimeSpan[LimitShares.Limits];

    private static Arbitrary<int[]> Counts => Gen.ArrayOf(Gen.Choose(0, 64), LimitShares.Limits).ToArbitrary();

    private static Arbitrary<double[]> Times => Gen.ArrayOf(Gen.Choose(0, 1000).Select(static tenths => tenths / 10.0), LimitShares.Limits).ToArbitrary();

    private static Arbitrary<(bool Queue, bool Move, bool Run)> Rows => Gen.Choose(0, 7).Select(static bits => ((bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0)).ToArbitrary();

    [Fact]
    public void A_moment_is_divided_whole() => Prop.ForAll(Counts, Rows, (held, rows) =>
    {
        var parts = Divide(held, rows);
        Assert.All(parts, static part => Assert.True(part >= 0));
        Assert.Equal(1, parts.Sum(), 9);
        Assert.All(Enumerable.Range(1, held.Length - 1), limit => Assert.True(held[limit] > 0 || parts[limit] == 0 || limit is (int)PipelineLimit.Workers or (int)PipelineLimit.PlatformJobs));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void It_is_divided_by_what_is_held_and_not_by_how_much_there_is_of_it() => Prop.ForAll(Counts, Rows, Gen.Choose(2, 9).ToArbitrary(), (held, rows, factor) =>
        AssertClose(Divide(held, rows), Divide([.. held.Select(count => count * factor)], rows))).QuickCheckThrowOnFailure();

    [Fact]
    public void One_more_that_is_held_makes_the_part_of_its_limit_larger_and_no_other_one() => Prop.ForAll(Counts, Gen.Choose(1, LimitShares.Limits - 1).ToArbitrary(), (held, limit) =>
    {
        var before = Divide(held, (false, true, false));
        held[limit]++;
        var after = Divide(held, (false, true, false));
        for (var other = 0; other < after.Length; other++)
            Assert.True(other == limit ? after[other] >= before[other] : after[other] <= before[other] + 1e-9);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Jobs_have_a_moment_only_when_nothing_else_goes_on() => Prop.ForAll(Counts, Rows, (held, rows) =>
    {
        held[(int)PipelineLimit.PlatformJobs] = 0;
        var isTheirs = Divide(held, rows)[(int)PipelineLimit.PlatformJobs] > 0;
        Assert.Equal(rows.Run && !rows.Move && held.Skip(1).Sum() == 0, isTheirs);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Calls_count_for_the_workers_exactly_while_rows_wait_for_one() => Prop.ForAll(Counts, Rows, (held, rows) =>
    {
        held[(int)PipelineLimit.Workers] = 0;
        held[(int)PipelineLimit.PlatformAnswers]++;
        var parts = Divide(held, rows);
        Assert.Equal(rows.Queue, parts[(int)PipelineLimit.Workers] > 0);
        Assert.Equal(rows.Queue, parts[(int)PipelineLimit.PlatformAnswers] == 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_verdict_is_what_had_most_time_whatever_the_length_of_the_run() => Prop.ForAll(Times, Gen.Choose(1, 1000).ToArbitrary(), (seconds, factor) =>
    {
        var ranked = LimitShares.Rank(seconds, NoWaits);
        var verdict = LimitShares.Judge(ranked);
        Assert.Equal(seconds.Max(), seconds[(int)verdict]);
        Assert.Equal(ranked.OrderByDescending(static time => time.Share), ranked);
        if (ranked.Count > 0)
            Assert.Equal(1, ranked.Sum(static time => time.Share), 9);
        Assert.Equal(verdict, LimitShares.Judge(LimitShares.Rank([.. seconds.Select(each => each * factor)], NoWaits)));
        seconds[(int)verdict] += factor;
        Assert.Equal(verdict, LimitShares.Judge(LimitShares.Rank(seconds, NoWaits)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_wait_that_took_none_of_the_time_is_shown_and_is_no_verdict()
    {
        var waits = new TimeSpan[LimitShares.Limits];
        waits[(int)PipelineLimit.Connections] = TimeSpan.FromHours(1);
        var seconds = new double[LimitShares.Limits];
        Assert.Equal(PipelineLimit.None, LimitShares.Judge(LimitShares.Rank(seconds, waits)));
        seconds[(int)PipelineLimit.Network] = 0.1;
        var ranked = LimitShares.Rank(seconds, waits);
        Assert.Equal((PipelineLimit.Network, PipelineLimit.Connections), (ranked[0].Limit, ranked[1].Limit));
        Assert.Equal((0, TimeSpan.FromHours(1)), (ranked[1].Share, ranked[1].Waited));
    }

    private static double[] Divide(int[] held, (bool Queue, bool Move, bool Run) rows)
    {
        var parts = new double[LimitShares.Limits];
        LimitShares.Divide(held, rows.Queue, rows.Move, rows.Run, 1, parts);
        return parts;
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        for (var limit = 0; limit < expected.Length; limit++)
            Assert.Equal(expected[limit], actual[limit], 9);
    }
}
