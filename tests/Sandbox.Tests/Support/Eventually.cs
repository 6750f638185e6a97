namespace RescaleInterlink.Sandbox.Tests.Support;

/// <summary>Waits for a condition and fails when it does not come true in a generous time.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> describe)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(ApiClient.Patience);
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
                Assert.Fail("It did not come true in time. " + describe());
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public static Task TrueAsync(Func<bool> condition, Func<string> describe) => TrueAsync(() => Task.FromResult(condition()), describe);
}
