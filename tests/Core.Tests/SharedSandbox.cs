using RescaleInterlink.Testing;

[assembly: AssemblyFixture(typeof(RescaleInterlink.Core.Tests.SharedSandbox))]

namespace RescaleInterlink.Core.Tests;

/// <summary>One sandbox for all tests that neither break nor stop it; it starts with the first of them.</summary>
public sealed class SharedSandbox : IAsyncDisposable
{
    private readonly Lazy<Task<SandboxFixture>> _sandbox = new(() => SandboxFixture.StartAsync());

    public Task<SandboxFixture> GetAsync() => _sandbox.Value;

    public async ValueTask DisposeAsync()
    {
        if (_sandbox.IsValueCreated && _sandbox.Value.IsCompletedSuccessfully)
            await (await _sandbox.Value).DisposeAsync();
    }
}
