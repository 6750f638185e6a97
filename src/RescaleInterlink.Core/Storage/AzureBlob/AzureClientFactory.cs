using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace RescaleInterlink.Storage.AzureBlob;

/// <summary>Makes Azure clients that take nothing from the machine, repeat nothing and tell nobody.</summary>
internal static class AzureClientFactory
{
    /// <summary>A client that holds no credentials: <see cref="SasTransport"/> adds them to each request.</summary>
    public static BlobContainerClient Create(AzureStoreDescription store, HttpClient http)
    {
        var options = new BlobClientOptions(BlobClientOptions.ServiceVersion.V2021_12_02)
        {
            Transport = new SasTransport(new HttpClientTransport(http)),
            // A name is used as it is, also one with empty segments.
            TrimBlobNameSlashes = false,
        };
        // Repeating is the business of RetryingObjectStore, and time-outs go by activity.
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsLoggingContentEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        options.Diagnostics.ApplicationId = null;
        return new BlobContainerClient(store.ContainerAddress, options);
    }
}
