using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Core.Tests.Transfers.Scheduling;

public class FileQueueTests
{
    [Fact]
    public async Task The_largest_of_those_that_wait_is_next()
    {
        var queue = new FileQueue(1);
        var place = await queue.EnterAsync(1, default);
        var order = new List<long?>();
        using var stop = new CancellationTokenSource();
        var given = queue.EnterAsync(1000, stop.Token).AsTask();
        var files = new long?[] { 5, 70, 7, 70, null, 0 }.Select(async size =>
        {
            using var own = await queue.EnterAsync(size, default);
            lock (order) order.Add(size);
        }).ToList();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        place.Dispose();
        place.Dispose();
        await Task.WhenAll(files).WaitAsync(EngineFixture.Patience);
        // One of unknown size may be larger than all.
        Assert.Equal([null, 70, 70, 7, 5, 0], order);
        Assert.True(queue.EnterAsync(1, default).AsTask().IsCompleted);
        Assert.False(queue.EnterAsync(1, default).AsTask().IsCompleted);
    }
}
