namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>What a started sandbox answers: one line of JSON on its standard output.</summary>
/// <param name="CertificatePath">PEM of its own certificate when it speaks https.</param>
/// <param name="StorageType">Where the user's files go: <c>S3</c> or <c>Azure</c>.</param>
/// <param name="AzureEndpoint">Address of the Azure account, with its name; null without one.</param>
public sealed record SandboxStarted(string ApiUrl, string S3Endpoint, string ApiKey, string Path, int ProcessId, string? CertificatePath, string StorageType = "S3", string? AzureEndpoint = null)
{
    public override string ToString() => $"Sandbox {ApiUrl} (process {ProcessId})";
}
