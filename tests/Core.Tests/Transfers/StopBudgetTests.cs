using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Transfers;

public class StopBudgetTests
{
    [Fact]
    public async Task What_ends_a_stopped_transfer_shares_one_time()
    {
        var time = new ManualTime();
        using var stop = new CancellationTokenSource();
        using var budget = new StopBudget(time, stop.Token);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1.4, budget.Left.TotalSeconds);
        await stop.CancelAsync();
        time.Advance(TimeSpan.FromSeconds(0.8));
        Assert.Equal(0.6, budget.Left.TotalSeconds, 3);
        time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(0.4, budget.Left.TotalSeconds, 3);
        time.Advance(TimeSpan.FromSeconds(9));
        // So that what still can be done is at least tried.
        Assert.Equal(0.4, budget.Left.TotalSeconds, 3);
    }
}
