using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace RescaleInterlink.Sandbox.Tests.S3;

/// <summary>Multipart uploads as the AWS SDK makes them.</summary>
public sealed class SdkMultipartTests(S3Server server) : IClassFixture<S3Server>
{
    private const int PartLength = 5 * 1024 * 1024;

    [Fact]
    public async Task Three_parts_become_one_object_with_the_etag_of_s3()
    {
        using var client = server.Client();
        byte[][] parts = [S3Server.RandomBytes(PartLength), S3Server.RandomBytes(PartLength), S3Server.RandomBytes(1)];
        var begun = await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest
        {
            BucketName = S3Server.Bucket, Key = "three", ContentType = "a/b", Metadata = { ["iv"] = "x" },
        });
        var tags = await UploadAsync(client, "three", begun.UploadId, parts);
        Assert.Null(server.Objects.Find(S3Server.Bucket, "three"));
        var done = await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = S3Server.Bucket, Key = "three", UploadId = begun.UploadId, PartETags = tags,
        });

        var sums = parts.SelectMany(part => Convert.FromHexString(S3Server.Md5(part))).ToArray();
        Assert.Equal($"\"{S3Server.Md5(sums)}-3\"", done.ETag);
        var whole = parts.SelectMany(part => part).ToArray();
        using var raw = new SignedHttp(server);
        Assert.Equal(whole, await raw.GetAsync("three"));
        var head = await client.GetObjectMetadataAsync(S3Server.Bucket, "three");
        Assert.Equal(("a/b", "x"), (head.Headers.ContentType, head.Metadata["iv"]));

        // A range across the border of two parts, one part by its number, and the sdk's own download.
        using (var range = await raw.SendAsync(HttpMethod.Get, "three", headers: [("Range", $"bytes={PartLength - 2}-{PartLength + 1}")]))
            Assert.Equal(whole[(PartLength - 2)..(PartLength + 2)], await range.Content.ReadAsByteArrayAsync());
        using (var part = await raw.SendAsync(HttpMethod.Get, "three?partNumber=3"))
        {
            Assert.Equal(parts[2], await part.Content.ReadAsByteArrayAsync());
            Assert.Equal("3", part.Headers.GetValues("x-amz-mp-parts-count").Single());
        }

        using (var range = await client.GetObjectAsync(new GetObjectRequest { BucketName = S3Server.Bucket, Key = "three", ByteRange = new ByteRange(1, 3) }))
            Assert.Equal(3, range.ContentLength);
    }

    [Theory]
    [InlineData("CRC32", "COMPOSITE")]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("SHA256", "COMPOSITE")]
    [InlineData("SHA1", null)]
    public async Task Checksums_of_parts_make_the_checksum_of_the_object(string algorithm, string? type)
    {
        using var client = server.Client();
        byte[][] parts = [S3Server.RandomBytes(PartLength + 3), S3Server.RandomBytes(1001)];
        var key = $"sums/{algorithm}/{type}";
        var begun = await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest
        {
            BucketName = S3Server.Bucket, Key = key, ChecksumAlgorithm = ChecksumAlgorithm.FindValue(algorithm),
            ChecksumType = type is null ? null : ChecksumType.FindValue(type),
        });
        var tags = await UploadAsync(client, key, begun.UploadId, parts, ChecksumAlgorithm.FindValue(algorithm));
        var done = await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = S3Server.Bucket, Key = key, UploadId = begun.UploadId, PartETags = tags,
        });

        var digest = Enum.Parse<Sandbox.Objects.DigestAlgorithms>(algorithm, ignoreCase: true);
        var expected = type == "FULL_OBJECT"
            ? Convert.ToBase64String(Sandbox.Objects.ContentDigests.Compute(digest, parts.SelectMany(part => part).ToArray()))
            : Convert.ToBase64String(Sandbox.Objects.ContentDigests.Compute(
                digest, parts.SelectMany(part => Sandbox.Objects.ContentDigests.Compute(digest, part)).ToArray())) + "-2";
        Assert.Equal(expected, done.ChecksumCRC32 ?? done.ChecksumSHA256 ?? done.ChecksumSHA1);
        // The sdk checks what it downloads against a whole-object checksum by itself.
        using var got = await client.GetObjectAsync(S3Server.Bucket, key);
        using var memory = new MemoryStream();
        await got.ResponseStream.CopyToAsync(memory);
        Assert.Equal(parts.SelectMany(part => part), memory.ToArray());
    }

    [Fact]
    public async Task A_checksum_that_the_client_computed_goes_with_the_part_and_with_complete()
    {
        using var client = server.Client(configure: config => config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED);
        var content = S3Server.RandomBytes(100_000);
        var sum = Convert.ToBase64String(Sandbox.Objects.ContentDigests.Compute(Sandbox.Objects.DigestAlgorithms.Crc32C, content));
        var begun = await client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest
        {
            BucketName = S3Server.Bucket, Key = "own", ChecksumAlgorithm = ChecksumAlgorithm.CRC32C,
        });
        Assert.Equal(ChecksumAlgorithm.CRC32C, begun.ChecksumAlgorithm);
        UploadPartRequest Part(string checksum) => new()
        {
            BucketName = S3Server.Bucket, Key = "own", UploadId = begun.UploadId, PartNumber = 1, InputStream = new MemoryStream(content), ChecksumCRC32C = checksum,
        };
        var wrong = await Assert.ThrowsAsync<AmazonS3Exception>(() => client.UploadPartAsync(Part("AAAAAA==")));
        Assert.Equal("BadDigest", wrong.ErrorCode);
        var part = await client.UploadPartAsync(Part(sum));
        Assert.Equal(sum, part.ChecksumCRC32C);
        var listed = await client.ListPartsAsync(new ListPartsRequest { BucketName = S3Server.Bucket, Key = "own", UploadId = begun.UploadId });
        Assert.Equal(ChecksumAlgorithm.CRC32C, listed.ChecksumAlgorithm);
        Assert.Equal(sum, Assert.Single(listed.Parts).ChecksumCRC32C);
        CompleteMultipartUploadRequest Complete(PartETag tag) => new()
        {
            BucketName = S3Server.Bucket, Key = "own", UploadId = begun.UploadId, PartETags = [tag],
        };
        var missing = await Assert.ThrowsAsync<AmazonS3Exception>(() => client.CompleteMultipartUploadAsync(Complete(new PartETag(1, part.ETag))));
        Assert.Equal("InvalidRequest", missing.ErrorCode);
        var differs = await Assert.ThrowsAsync<AmazonS3Exception>(
            () => client.CompleteMultipartUploadAsync(Complete(new PartETag(1, part.ETag) { ChecksumCRC32C = "AAAAAA==" })));
        Assert.Equal("InvalidPart", differs.ErrorCode);
        var done = await client.CompleteMultipartUploadAsync(Complete(new PartETag(1, part.ETag) { ChecksumCRC32C = sum }));
        Assert.EndsWith("-1", done.ChecksumCRC32C);
    }

    [Fact]
    public async Task The_sdks_own_transfer_utility_works_both_ways()
    {
        using var client = server.Client();
        using var transfers = new TransferUtility(client, new TransferUtilityConfig { MinSizeBeforePartUpload = PartLength, ConcurrentServiceRequests = 4 });
        var content = S3Server.RandomBytes(PartLength * 3 + 17);
        await transfers.UploadAsync(new TransferUtilityUploadRequest
        {
            BucketName = S3Server.Bucket, Key = "transfer", InputStream = new MemoryStream(content), PartSize = PartLength,
        });
        Assert.EndsWith("-4", server.Objects.Find(S3Server.Bucket, "transfer")!.ETag);
        await using var back = await transfers.OpenStreamAsync(S3Server.Bucket, "transfer");
        using var memory = new MemoryStream();
        await back.CopyToAsync(memory);
        Assert.Equal(content, memory.ToArray());
    }

    [Fact]
    public async Task Parts_are_listed_in_pages_and_replaced_by_number()
    {
        using var client = server.Client();
        var begun = await client.InitiateMultipartUploadAsync(S3Server.Bucket, "paged");
        foreach (var number in new[] { 5, 1, 3, 10000, 2 })
            await client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = S3Server.Bucket, Key = "paged", UploadId = begun.UploadId, PartNumber = number, InputStream = new MemoryStream(new byte[number]),
            });
        await client.UploadPartAsync(new UploadPartRequest
        {
            BucketName = S3Server.Bucket, Key = "paged", UploadId = begun.UploadId, PartNumber = 3, InputStream = new MemoryStream(new byte[33]),
        });

        var pages = new List<List<(int?, long?)>>();
        string? marker = null;
        ListPartsResponse page;
        do
        {
            page = await client.ListPartsAsync(new ListPartsRequest
            {
                BucketName = S3Server.Bucket, Key = "paged", UploadId = begun.UploadId, MaxParts = 2, PartNumberMarker = marker,
            });
            pages.Add([.. page.Parts.Select(part => (part.PartNumber, part.Size))]);
            marker = page.NextPartNumberMarker.ToString();
        }
        while (page.IsTruncated == true);
        Assert.Equal([[(1, 1), (2, 2)], [(3, 33), (5, 5)], [(10000, 10000)]], pages);

        await client.AbortMultipartUploadAsync(S3Server.Bucket, "paged", begun.UploadId);
        var gone = await Assert.ThrowsAsync<AmazonS3Exception>(
            () => client.ListPartsAsync(new ListPartsRequest { BucketName = S3Server.Bucket, Key = "paged", UploadId = begun.UploadId }));
        Assert.Equal("NoSuchUpload", gone.ErrorCode);
    }

    [Fact]
    public async Task Uploads_under_way_are_listed_in_pages()
    {
        using var client = server.Client();
        var ids = new List<string>();
        foreach (var key in new[] { "up/a", "up/a", "up/b/1", "up/b/2", "up/c" })
            ids.Add((await client.InitiateMultipartUploadAsync(S3Server.Bucket, key)).UploadId);

        var seen = new List<(string, string)>();
        string? keyMarker = null, idMarker = null;
        ListMultipartUploadsResponse page;
        do
        {
            page = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest
            {
                BucketName = S3Server.Bucket, Prefix = "up/", MaxUploads = 1, KeyMarker = keyMarker, UploadIdMarker = idMarker,
            });
            seen.AddRange((page.MultipartUploads ?? []).Select(upload => (upload.Key, upload.UploadId)));
            (keyMarker, idMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated == true);
        Assert.Equal(new[] { "up/a", "up/a", "up/b/1", "up/b/2", "up/c" }.Zip(ids), seen);

        var folded = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = S3Server.Bucket, Prefix = "up/", Delimiter = "/" });
        Assert.Equal(["up/b/"], folded.CommonPrefixes);
        Assert.Equal(3, folded.MultipartUploads.Count);
    }

    [Fact]
    public async Task Staged_parts_survive_a_restart()
    {
        using var before = server.Client();
        var first = S3Server.RandomBytes(PartLength);
        var begun = await before.InitiateMultipartUploadAsync(S3Server.Bucket, "restarted");
        var tags = await UploadAsync(before, "restarted", begun.UploadId, [first]);
        await server.RestartAsync();

        using var after = server.Client();
        var listed = await after.ListPartsAsync(new ListPartsRequest { BucketName = S3Server.Bucket, Key = "restarted", UploadId = begun.UploadId });
        Assert.Equal(tags[0].ETag, listed.Parts.Single().ETag);
        var last = S3Server.RandomBytes(100);
        var lastTag = await after.UploadPartAsync(new UploadPartRequest
        {
            BucketName = S3Server.Bucket, Key = "restarted", UploadId = begun.UploadId, PartNumber = 2, InputStream = new MemoryStream(last),
        });
        await after.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = S3Server.Bucket, Key = "restarted", UploadId = begun.UploadId, PartETags = [tags[0], new PartETag(2, lastTag.ETag)],
        });
        await server.RestartAsync();
        using var raw = new SignedHttp(server);
        Assert.Equal((byte[])[.. first, .. last], await raw.GetAsync("restarted"));
    }

    [Fact]
    public async Task A_part_can_be_copied_from_an_object()
    {
        using var client = server.Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = S3Server.Bucket, Key = "whole", ContentBody = "0123456789" });
        var begun = await client.InitiateMultipartUploadAsync(S3Server.Bucket, "pieced");
        var copied = await client.CopyPartAsync(new CopyPartRequest
        {
            SourceBucket = S3Server.Bucket, SourceKey = "whole", DestinationBucket = S3Server.Bucket, DestinationKey = "pieced",
            UploadId = begun.UploadId, PartNumber = 1, FirstByte = 3, LastByte = 5,
        });
        await client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = S3Server.Bucket, Key = "pieced", UploadId = begun.UploadId, PartETags = [new PartETag(1, copied.ETag)],
        });
        using var raw = new SignedHttp(server);
        var content = await raw.GetAsync("pieced");
        Assert.Equal("345"u8, content);
    }

    private static async Task<List<PartETag>> UploadAsync(AmazonS3Client client, string key, string uploadId, byte[][] parts, ChecksumAlgorithm? algorithm = null)
    {
        var tags = new List<PartETag>();
        for (var i = 0; i < parts.Length; i++)
            tags.Add(new PartETag(await client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = S3Server.Bucket, Key = key, UploadId = uploadId, PartNumber = i + 1, InputStream = new MemoryStream(parts[i]), ChecksumAlgorithm = algorithm,
            }), copyChecksums: algorithm is not null));
        return tags;
    }
}
