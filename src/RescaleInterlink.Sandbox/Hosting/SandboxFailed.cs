namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>What a sandbox that could not start answers.</summary>
public sealed record SandboxFailed(string Error, string ErrorId);
