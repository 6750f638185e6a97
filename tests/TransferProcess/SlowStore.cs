using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.TransferProcess;

/// <summary>Takes its time over every request, so that there is something to be killed in; <c>BeforePart</c>, <c>AfterCommit</c> and the like are points to end at.</summary>
internal sealed class SlowStore(IObjectStore inner, TimeSpan delay, KillSwitch kill) : DelegatingObjectStore(inner)
{
    protected override async Task<T> RunAsync<T>(StoreOperation operation, int bytes, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        kill.Reach($"Before{operation}");
        await Task.Delay(delay, cancellationToken);
        var result = await request();
        kill.Reach($"After{operation}");
        return result;
    }
}
