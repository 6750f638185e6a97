namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>The file in the user's state folder that tells where a sandbox runs.</summary>
internal sealed record Announcement(string ApiUrl, string S3Endpoint, string ApiKey, string Path, int ProcessId, string ProcessStartTime, string? CertificatePath,
    string StorageType, string? AzureEndpoint)
{
    public override string ToString() => $"Sandbox {ApiUrl}";
}
