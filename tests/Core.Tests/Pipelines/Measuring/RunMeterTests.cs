using RescaleInterlink.Pipelines.Measuring;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers.Progress;

namespace RescaleInterlink.Core.Tests.Pipelines.Measuring;

/// <summary>What a run's moments are counted for, by a clock that is turned by hand.</summary>
public sealed class RunMeterTests
{
    private readonly ManualTime _time = new();
    private readonly RunMeter _meter;

    public RunMeterTests() => _meter = new RunMeter(_time);

    [Fact]
    public void A_wait_beside_which_much_goes_on_weighs_little()
    {
        _meter.OnTransfer(TransferActivity.Nothing, TransferActivity.Network);
        _meter.OnTransfer(TransferActivity.Nothing, TransferActivity.Network);
        _meter.OnTransfer(TransferActivity.Nothing, TransferActivity.Network);
        _meter.Enter();
        using (ApiMeter.Current!.BeginCall())
        using (ApiMeter.Current.BeginWait(RateScope.JobSubmission))
            Turn(8);
        Assert.Equal((6, 2), (Seconds(PipelineLimit.Network), Seconds(PipelineLimit.ApiRate)));
        Assert.Equal(8, Find(PipelineLimit.ApiRate).Waited.TotalSeconds);
        Assert.Equal([0, 8, 0], _meter.GetApiUsage().Select(static calls => calls.Waited.TotalSeconds));
    }

    [Fact]
    public void Jobs_count_when_all_else_is_done()
    {
        _meter.OnOpen(2);
        _meter.OnWorking(1);
        _meter.OnWatching(1);
        using (_meter.Hold(PipelineLimit.Disk))
            Turn(3);
        // The worker is between two things.
        Turn(1);
        _meter.OnWorking(-1);
        Turn(5);
        Assert.Equal((3, 1, 5), (Seconds(PipelineLimit.Disk), Seconds(PipelineLimit.None), Seconds(PipelineLimit.PlatformJobs)));
    }

    [Fact]
    public void Looks_at_running_jobs_count_as_calls_and_take_no_time_from_the_jobs()
    {
        _meter.OnOpen(1);
        _meter.OnWatching(1);
        _meter.Enter(watches: true);
        using (ApiMeter.Current!.BeginCall())
        {
            ApiMeter.Current.OnSent(RateScope.User);
            using (ApiMeter.Current.BeginWait(RateScope.User))
                Turn(4);
        }

        Assert.Equal(4, Seconds(PipelineLimit.PlatformJobs));
        Assert.Equal(new ApiUsage(RateScope.User, 1, TimeSpan.FromSeconds(4)), _meter.GetApiUsage()[0]);
    }

    [Fact]
    public void Calls_are_the_workers_while_rows_wait_for_one()
    {
        _meter.OnOpen(2);
        _meter.OnWorking(1);
        _meter.Enter();
        using (ApiMeter.Current!.BeginCall())
        {
            Turn(2);
            _meter.OnWorking(1);
            Turn(3);
        }

        Assert.Equal((2, 3), (Seconds(PipelineLimit.Workers), Seconds(PipelineLimit.PlatformAnswers)));
    }

    [Fact]
    public void Whatever_happens_the_times_are_the_duration()
    {
        var random = new Random(20);
        var activities = Enum.GetValues<TransferActivity>();
        var now = new TransferActivity[20];
        var duration = 0.0;
        _meter.OnOpen(1000);
        for (var step = 0; step < 2000; step++)
        {
            var transfer = random.Next(now.Length);
            var next = activities[random.Next(activities.Length)];
            _meter.OnTransfer(now[transfer], next);
            now[transfer] = next;
            _meter.OnWorking(1);
            var moment = random.NextDouble();
            Turn(moment);
            duration += moment;
        }

        Assert.Equal(duration, Times().Sum(static time => time.Time.TotalSeconds), 3);
        Assert.Equal(1, Times().Sum(static time => time.Share), 9);
    }

    private void Turn(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private IReadOnlyList<LimitTime> Times() => _meter.GetTimes(new Dictionary<WaitReason, TimeSpan>());

    private LimitTime Find(PipelineLimit limit) => Times().Single(time => time.Limit == limit);

    private double Seconds(PipelineLimit limit) => Math.Round(Find(limit).Time.TotalSeconds, 6);
}
