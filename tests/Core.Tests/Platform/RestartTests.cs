using RescaleInterlink.Platform;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Platform;

/// <summary>A platform that goes away for a while.</summary>
public class RestartTests
{
    [Fact]
    public async Task Calls_that_meet_a_killed_sandbox_succeed_once_it_is_back()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await using var session = await sandbox.ConnectAsync(new ApiPolicy { BaseDelay = TimeSpan.FromMilliseconds(50), MaxRetries = 100, MaxDelay = TimeSpan.FromMilliseconds(200) });
        await session.Client.Users.GetRootFoldersAsync(default);
        await sandbox.KillAsync();
        var calls = new Task[]
        {
            session.Client.Users.GetRootFoldersAsync(default),
            session.Client.Jobs.ListAsync(default).CountAsync().AsTask(),
            // Nothing of it can be sent while nobody listens, so even this one waits.
            session.Client.Jobs.CreateAsync(Clients.AnyJob with { Jobanalyses = [Clients.AnyJob.Jobanalyses[0] with { InputFiles = [] }] }, default),
        };
        await sandbox.RestartAsync();
        await Task.WhenAll(calls).WaitAsync(TestPatience.Long);
        Assert.Single(await session.Client.Jobs.ListAsync(default).ToListAsync());
    }
}
