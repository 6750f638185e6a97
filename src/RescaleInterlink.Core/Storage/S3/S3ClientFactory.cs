using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace RescaleInterlink.Storage.S3;

/// <summary>
/// Makes AWSSDK clients that take nothing from the machine: every setting that the SDK would look up in AWS_* variables
/// or ~/.aws is given.
/// </summary>
internal static class S3ClientFactory
{
    // The SDK copies a body to the socket in pieces of this size; its default of 8 KiB costs a third of the throughput.
    private const int BodyBufferSize = 256 << 10;

    public static AmazonS3Client Create(StoreDescription store, S3Credentials credentials, HttpClient http)
    {
        var config = new AmazonS3Config
        {
            HttpClientFactory = new FixedHttpClientFactory(http),
            BufferSize = BodyBufferSize,
            // Repeating is the business of RetryingObjectStore, above the signature.
            MaxErrorRetry = 0,
            RetryMode = RequestRetryMode.Standard,
            ThrottleRetries = false,
            Timeout = Timeout.InfiniteTimeSpan,
            AllowAutoRedirect = false,
            // The SDK's own CRC32 costs two thirds of the throughput, and old S3-compatible servers refuse trailers.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            DisableRequestCompression = true,
            IgnoreConfiguredEndpointUrls = true,
            DefaultConfigurationMode = DefaultConfigurationMode.Standard,
            UseDualstackEndpoint = false,
            UseFIPSEndpoint = store.UseFips,
            UseArnRegion = false,
            DisableMultiregionAccessPoints = true,
            DisableS3ExpressSessionAuth = true,
        };
        if (store.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = store.Region;
            config.ForcePathStyle = true;
            config.UseHttp = endpoint.Scheme == Uri.UriSchemeHttp;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(store.Region);
        }

        AWSCredentials keys = credentials.SessionToken.Length > 0
            ? new SessionAWSCredentials(credentials.AccessKey, credentials.SecretKey, credentials.SessionToken)
            : new BasicAWSCredentials(credentials.AccessKey, credentials.SecretKey);
        return new AmazonS3Client(keys, config);
    }

    private sealed class FixedHttpClientFactory(HttpClient http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => http;
        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
        public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;
    }
}
