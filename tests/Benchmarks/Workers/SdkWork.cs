using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace RescaleInterlink.Benchmarks.Workers;

/// <summary>The plain SDK: nothing is encrypted, and nothing verified beyond what the SDK does by itself.</summary>
internal static class SdkWork
{
    public static Task PutAsync(AmazonS3Client client, WorkOrder order) =>
        EachAsync(order.Sources, order.FilesAtOnce, path => client.PutObjectAsync(
            new PutObjectRequest { BucketName = order.Bucket, Key = order.Prefix + Path.GetFileName(path), FilePath = path }));

    public static Task GetAsync(AmazonS3Client client, WorkOrder order) => EachAsync(order.Files, order.FilesAtOnce, async file =>
    {
        using var reply = await client.GetObjectAsync(order.Bucket, file.Key);
        await reply.WriteResponseStreamToFileAsync(Path.Combine(order.Folder, Path.GetFileName(file.Key)), false, default);
    });

    public static async Task UploadAsync(AmazonS3Client client, WorkOrder order)
    {
        using var utility = Open(client, order);
        await EachAsync(order.Sources, order.FilesAtOnce, path => utility.UploadAsync(path, order.Bucket, order.Prefix + Path.GetFileName(path)));
    }

    /// <summary>The multipart download of version 4, which its users have to ask for.</summary>
    public static async Task DownloadAsync(AmazonS3Client client, WorkOrder order)
    {
        using var utility = Open(client, order);
        await EachAsync(order.Files, order.FilesAtOnce, file => utility.DownloadWithResponseAsync(new TransferUtilityDownloadRequest
        {
            BucketName = order.Bucket,
            Key = file.Key,
            FilePath = Path.Combine(order.Folder, Path.GetFileName(file.Key)),
            MultipartDownloadType = MultipartDownloadType.RANGE,
        }));
    }

    private static TransferUtility Open(AmazonS3Client client, WorkOrder order) =>
        new(client, new TransferUtilityConfig { ConcurrentServiceRequests = order.Connections });

    private static Task EachAsync<T>(IEnumerable<T> items, int atOnce, Func<T, Task> work) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (item, _) => await work(item));
}
