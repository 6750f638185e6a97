using RescaleInterlink.Transfers;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Core.Tests.Transfers.Scheduling;

/// <summary>Less memory than the budget says.</summary>
public sealed class BufferPoolTests
{
    [Fact]
    public async Task Memory_that_is_not_there_is_not_held_against_the_others()
    {
        var capacity = BufferPool.CapacityFor(1 << 20);
        var budget = new MemoryBudget(capacity);
        var scarce = true;
        var pool = new BufferPool(budget, size => scarce ? throw new InsufficientMemoryException() : new byte[size]);
        await Assert.ThrowsAsync<InsufficientMemoryException>(() => pool.RentAsync(1 << 20, new FileQuota(), default).AsTask());
        Assert.Equal(0, budget.Reserved);
        scarce = false;
        using var rented = await pool.RentAsync(1 << 20, new FileQuota(), default).AsTask().WaitAsync(EngineFixture.Patience);
        Assert.Equal(capacity, budget.Reserved);
    }

    [Theory]
    [InlineData(64L << 30, 512L << 20)]
    [InlineData(1L << 30, 512L << 20)]
    [InlineData(512L << 20, 256L << 20)]
    [InlineData(48L << 20, 32L << 20)]
    public void The_default_limit_leaves_half_of_the_memory(long available, long limit) =>
        Assert.Equal(limit, TransferOptions.MemoryLimitFor(available));
}
