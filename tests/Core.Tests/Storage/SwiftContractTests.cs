using Amazon.S3;
using Amazon.S3.Model;
using RescaleInterlink.Networking;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Storage;

public class SwiftContractTests(RealServers servers)
{
    private static readonly S3Credentials Keys = new("test:tester", "testing", "", DateTimeOffset.MaxValue);

    public static TheoryData<string> Checks => [.. ObjectStoreContract.Checks.Keys];

    [Theory, MemberData(nameof(Checks))]
    public async Task S3_of_an_old_and_strict_server_keeps_the_contract(string check)
    {
        var endpoint = await servers.GetSwiftAsync();
        var bucket = "contract-" + check.ToLowerInvariant();
        using var client = new AmazonS3Client(Keys.AccessKey, Keys.SecretKey,
            new AmazonS3Config { ServiceURL = endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1", ForcePathStyle = true });
        await client.PutBucketAsync(new PutBucketRequest { BucketName = bucket });
        using var factory = new ObjectStoreFactory(HttpTransport.Create(new NetworkOptions()), S3Scripting.Hasty, S3Scripting.Patient);
        await using var store = factory.OpenS3(new StoreDescription("us-east-1", bucket, endpoint), (_, _) => Task.FromResult(Keys));
        await ObjectStoreContract.Checks[check](store);
    }
}
