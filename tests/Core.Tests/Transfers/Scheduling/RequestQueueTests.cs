using RescaleInterlink.Testing;
using RescaleInterlink.Transfers.Scheduling;

namespace RescaleInterlink.Core.Tests.Transfers.Scheduling;

public class RequestQueueTests
{
    private readonly RequestQueue _queue = new(AdaptiveLimit.Fixed(1));

    [Fact]
    public async Task Lanes_go_before_size_and_size_before_age()
    {
        var holder = Open(_queue, 1);
        await _queue.EnterAsync(RequestLane.Body, holder, default);
        var order = new List<string>();
        var tasks = new[]
        {
            Wait("small body", RequestLane.Body, 10),
            Wait("large body", RequestLane.Body, 99),
            Wait("another large body", RequestLane.Body, 99),
            Wait("short", RequestLane.Short, 1),
            Wait("repeated", RequestLane.Repeated, 1),
        };
        _queue.Leave(holder);
        await Task.WhenAll(tasks).WaitAsync(EngineFixture.Patience);
        Assert.Equal(["repeated", "short", "large body", "another large body", "small body"], order);

        async Task Wait(string name, RequestLane lane, long size)
        {
            var file = Open(_queue, size);
            await _queue.EnterAsync(lane, file, default);
            lock (order) order.Add(name);
            _queue.Leave(file);
        }
    }

    [Fact]
    public async Task Nobody_is_overtaken_for_ever()
    {
        var large = Open(_queue, 100);
        await _queue.EnterAsync(RequestLane.Body, large, default);
        var waiting = _queue.EnterAsync(RequestLane.Body, Open(_queue, 1), default).AsTask();
        var overtakes = 0;
        for (; !waiting.IsCompleted; overtakes++)
        {
            // There is always another one that comes first by its lane.
            var next = _queue.EnterAsync(RequestLane.Repeated, large, default).AsTask();
            _queue.Leave(large);
            await Task.WhenAny(next, waiting).WaitAsync(EngineFixture.Patience);
            Assert.True(overtakes < 1000);
        }

        Assert.InRange(overtakes, 2, 200);
    }

    [Fact]
    public async Task Who_gives_up_leaves_no_trace()
    {
        var holder = Open(_queue, 1);
        await _queue.EnterAsync(RequestLane.Body, holder, default);
        using var stop = new CancellationTokenSource();
        var file = Open(_queue, 5);
        var given = _queue.EnterAsync(RequestLane.Repeated, file, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        _queue.Leave(holder);
        Assert.Equal((0, 0), (file.Connections, file.WaitingRequests));
        Assert.True(_queue.EnterAsync(RequestLane.Body, file, default).AsTask().IsCompleted);
    }

    [Fact]
    public void A_file_alone_takes_all_and_two_leave_one_for_a_third()
    {
        var queue = new RequestQueue(AdaptiveLimit.Fixed(8));
        var one = Open(queue, 100);
        for (var i = 0; i < 8; i++) Assert.True(queue.EnterAsync(RequestLane.Body, one, default).AsTask().IsCompleted);
        for (var i = 0; i < 8; i++) queue.Leave(one);

        var two = Open(queue, 50);
        var three = Open(queue, 10);
        var taken = 0;
        while (queue.EnterAsync(RequestLane.Body, taken % 3 == 0 ? two : one, default).AsTask().IsCompleted) taken++;
        // Both have stalled; the third can still begin.
        Assert.Equal(7, taken);
        Assert.True(queue.EnterAsync(RequestLane.Body, three, default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task While_others_wait_a_file_gets_its_share_and_no_more()
    {
        var queue = new RequestQueue(AdaptiveLimit.Fixed(6));
        var large = Open(queue, 100);
        for (var i = 0; i < 6; i++) await queue.EnterAsync(RequestLane.Body, large, default);
        var more = Enumerable.Range(0, 6).Select(_ => queue.EnterAsync(RequestLane.Body, large, default).AsTask()).ToList();
        var small = Open(queue, 1);
        var others = Enumerable.Range(0, 6).Select(_ => queue.EnterAsync(RequestLane.Body, small, default).AsTask()).ToList();
        for (var i = 0; i < 6; i++) queue.Leave(large);
        Assert.Equal((3, 3), (large.Connections, small.Connections));

        // What the small one does not want, the large one may have.
        foreach (var _ in others) queue.Leave(small);
        Assert.Equal((5, 0), (large.Connections, small.Connections));
        // It has moved all its bytes: nothing is kept for it any more.
        queue.Close(small);
        Assert.Equal(6, large.Connections);
        await Task.WhenAll(others).WaitAsync(EngineFixture.Patience);
        await Task.WhenAll(more).WaitAsync(EngineFixture.Patience);
    }

    [Fact]
    public void A_newcomer_does_not_wait_for_one_that_took_all()
    {
        var queue = new RequestQueue(new AdaptiveLimit(new ManualTime()));
        var stalled = Open(queue, 100);
        var taken = 0;
        while (queue.EnterAsync(RequestLane.Body, stalled, default).AsTask().IsCompleted) taken++;
        Assert.Equal(AdaptiveLimit.Initial, taken);
        var newcomer = Open(queue, 1);
        Assert.True(queue.EnterAsync(RequestLane.Short, newcomer, default).AsTask().IsCompleted);
        Assert.False(queue.EnterAsync(RequestLane.Body, newcomer, default).AsTask().IsCompleted);
        // Its own next one goes before those of the file that holds everything.
        queue.Leave(newcomer);
        Assert.Equal((1, 8), (newcomer.Connections, stalled.Connections));
    }

    [Fact]
    public async Task Growth_lets_those_in_who_wait()
    {
        var time = new ManualTime();
        var queue = new RequestQueue(new AdaptiveLimit(time));
        var file = Open(queue, 100);
        var requests = Enumerable.Range(0, 20).Select(_ => queue.EnterAsync(RequestLane.Body, file, default).AsTask()).ToList();
        queue.OnBytes(1);
        time.Advance(TimeSpan.FromSeconds(1));
        queue.OnBytes(100_000_000);
        // The next request tells that there still is demand.
        Assert.False(queue.EnterAsync(RequestLane.Body, file, default).AsTask().IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        queue.OnBytes(100_000_000);
        Assert.Equal(12, queue.Limit);
        await Task.WhenAll(requests.Take(12)).WaitAsync(EngineFixture.Patience);
        Assert.Equal(12, file.Connections);

        queue.OnThrottled();
        Assert.Equal(7, queue.Limit);
        for (var i = 0; i < 5; i++) queue.Leave(file);
        Assert.Equal(7, file.Connections);
    }

    private static FileQuota Open(RequestQueue queue, long size)
    {
        var file = new FileQuota { Size = size };
        queue.Open(file);
        return file;
    }
}
