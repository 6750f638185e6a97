using System.Text.Json;

namespace RescaleInterlink.Sandbox.Tests.S3;

/// <summary>Clients that others wrote use the endpoint as they use S3.</summary>
public sealed class ForeignClientTests(S3Server server) : IClassFixture<S3Server>, IDisposable
{
    private const int Mebi = 1024 * 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("foreign-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Awscli_copies_lists_and_deletes()
    {
        var aws = ForeignClient.Require("aws", server);
        Task<string> Run(params string[] arguments) => aws.RunAsync([.. arguments, "--endpoint-url", server.Url.ToString()]);
        var file = Write("in put [1].bin", 3 * 8 * Mebi - 5);
        await Run("s3", "cp", file, "s3://sandbox/cli/in put [1].bin", "--metadata", "iv=abc", "--no-progress");
        Assert.Contains("in put [1].bin", await Run("s3", "ls", "s3://sandbox/cli/"), StringComparison.Ordinal);
        await Run("s3", "cp", "s3://sandbox/cli/in put [1].bin", Path.Combine(_folder, "back.bin"), "--no-progress");
        Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(Path.Combine(_folder, "back.bin")));

        // Awscli cuts into parts of 8 MiB; the ETag it is shown is the one that it can compute from the file.
        var content = await File.ReadAllBytesAsync(file);
        var sums = content.Chunk(8 * Mebi).SelectMany(part => Convert.FromHexString(S3Server.Md5(part))).ToArray();
        using var head = JsonDocument.Parse(await Run("s3api", "head-object", "--bucket", "sandbox", "--key", "cli/in put [1].bin"));
        Assert.Equal($"\"{S3Server.Md5(sums)}-3\"", head.RootElement.GetProperty("ETag").GetString());
        Assert.Equal("abc", head.RootElement.GetProperty("Metadata").GetProperty("iv").GetString());

        await Run("s3api", "get-bucket-location", "--bucket", "sandbox");
        await Run("s3", "mv", "s3://sandbox/cli/in put [1].bin", "s3://sandbox/cli/moved.bin", "--no-progress");
        await Run("s3", "rm", "--recursive", "s3://sandbox/cli/");
        Assert.Empty(server.Objects.List(S3Server.Bucket, "cli/", null, null, 10).Objects);
    }

    [Fact]
    public async Task Awscli_uploads_by_hand_with_a_checksum()
    {
        var aws = ForeignClient.Require("aws", server);
        Task<string> Run(params string[] arguments) => aws.RunAsync(["s3api", .. arguments, "--bucket", "sandbox", "--key", "hand", "--endpoint-url", server.Url.ToString()]);
        using var begun = JsonDocument.Parse(await Run("create-multipart-upload", "--checksum-algorithm", "SHA256"));
        var id = begun.RootElement.GetProperty("UploadId").GetString()!;
        using var part = JsonDocument.Parse(await Run(
            "upload-part", "--upload-id", id, "--part-number", "1", "--body", Write("part", 100), "--checksum-algorithm", "SHA256"));
        var tag = part.RootElement.GetProperty("ETag").GetString();
        var sum = part.RootElement.GetProperty("ChecksumSHA256").GetString();
        var parts = JsonSerializer.Serialize(new { Parts = new[] { new { PartNumber = 1, ETag = tag, ChecksumSHA256 = sum } } });
        using var done = JsonDocument.Parse(await Run("complete-multipart-upload", "--upload-id", id, "--multipart-upload", parts));
        Assert.EndsWith("-1", done.RootElement.GetProperty("ChecksumSHA256").GetString());
    }

    [Fact]
    public async Task Rclone_copies_checks_and_lists()
    {
        var rclone = ForeignClient.Require("rclone", server);
        Write("tree/small.txt", 10);
        Write("tree/empty", 0);
        Write("tree/sub/größe 1+1.bin", 200_000);
        Write("tree/large.bin", 12 * Mebi + 1);
        var tree = Path.Combine(_folder, "tree");
        await rclone.RunAsync("copy", tree, "sandbox:sandbox/rc", "--s3-upload-cutoff", "6M", "--s3-chunk-size", "5M");
        Assert.EndsWith("-3", server.Objects.Find(S3Server.Bucket, "rc/large.bin")!.ETag);
        await rclone.RunAsync("check", tree, "sandbox:sandbox/rc", "--download");
        await rclone.RunAsync("check", tree, "sandbox:sandbox/rc");
        var listed = await rclone.RunAsync("lsf", "-R", "--files-only", "sandbox:sandbox/rc");
        Assert.Equal(["empty", "large.bin", "small.txt", "sub/größe 1+1.bin"], listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        await rclone.RunAsync("copy", "sandbox:sandbox/rc", Path.Combine(_folder, "back"));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(tree, "large.bin")), await File.ReadAllBytesAsync(Path.Combine(_folder, "back", "large.bin")));

        // A server-side copy, a new modification time (a copy onto itself), and a purge (many deleted).
        await rclone.RunAsync("copyto", "sandbox:sandbox/rc/small.txt", "sandbox:sandbox/rc/copied.txt");
        await rclone.RunAsync("touch", "sandbox:sandbox/rc/small.txt");
        await rclone.RunAsync("purge", "sandbox:sandbox/rc");
        Assert.Empty(server.Objects.List(S3Server.Bucket, "rc/", null, null, 10).Objects);
    }

    private string Write(string name, int length)
    {
        var file = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, S3Server.RandomBytes(length));
        return file;
    }
}
