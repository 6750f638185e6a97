namespace RescaleInterlink.Library;

/// <summary>The platform's words for kinds of storage (interop API 3.1).</summary>
internal static class StorageTypes
{
    public const string S3 = "S3Storage";
    public const string Azure = "AzureStorage";
}
