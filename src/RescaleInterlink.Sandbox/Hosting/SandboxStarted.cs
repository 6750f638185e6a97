namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>What a started sandbox answers: one line of JSON on its standard output.</summary>
/// <param name="CertificatePath">PEM of its own certificate when it speaks https.</param>
public sealed record SandboxStarted(string ApiUrl, string S3Endpoint, string ApiKey, string Path, int ProcessId, string? CertificatePath)
{
    public override string ToString() => $"Sandbox {ApiUrl} (process {ProcessId})";
}
