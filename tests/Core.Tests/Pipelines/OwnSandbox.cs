using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>One sandbox and one session for all tests of a class that neither kill it nor give it a fault plan.</summary>
public sealed class OwnSandbox : IAsyncLifetime
{
    public SandboxFixture Sandbox { get; private set; } = null!;
    public RescaleSession Session { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sandbox = await SandboxFixture.StartAsync();
        Session = await Sandbox.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Sandbox.DisposeAsync();
    }
}
