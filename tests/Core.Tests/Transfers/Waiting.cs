namespace RescaleInterlink.Core.Tests.Transfers;

internal static class Waiting
{
    /// <summary>Waits for a state that nothing announces; fails after a minute.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(EngineFixture.Patience);
        while (!condition()) await Task.Delay(5, limit.Token);
    }
}
