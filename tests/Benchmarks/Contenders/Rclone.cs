using System.Globalization;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Target;

namespace RescaleInterlink.Benchmarks.Contenders;

/// <summary>
/// rclone, plain or with its crypt layer, allowed everything that makes it faster: no MD5 of the source, no check of the
/// bucket, the same connections and part sizes as ours.
/// </summary>
internal sealed class Rclone(string program, string folder, bool crypt) : Contender(crypt ? "rclone crypt" : "rclone")
{
    private readonly string _configuration = Path.Combine(folder, "rclone.conf");

    public override bool Protects => crypt;

    /// <summary>The target takes any.</summary>
    public (string Access, string Secret, string? Session) Keys { get; init; } = ("bench", "benchsecret", null);

    /// <summary>Of <see cref="CopyToAsync"/> and <see cref="CopyFromAsync"/>.</summary>
    public string Bucket { get; init; } = "";

    public Task<Sample> CopyToAsync(Round round, string prefix) => RunAsync(round, round.Files.Folder, Remote(Bucket, prefix));

    public Task<Sample> CopyFromAsync(Round round, string prefix) => RunAsync(round, Remote(Bucket, prefix), round.Folder);

    public override async Task PrepareAsync(Round round)
    {
        if (crypt) await RunAsync(round, round.Files.Folder, Remote(ObjectTarget.Keep, round.Files.Prefix));
    }

    public override Task<Sample> UploadAsync(Round round) => RunAsync(round, round.Files.Folder, Remote(ObjectTarget.Sink, "up/"));

    public override Task<Sample> DownloadAsync(Round round) => RunAsync(round, Remote(ObjectTarget.Keep, round.Files.Prefix), round.Folder);

    private string Remote(string bucket, string prefix) => crypt ? $"crypt-{bucket}:{prefix}" : $"target:{bucket}/{prefix}";

    private async Task<Sample> RunAsync(Round round, string from, string to)
    {
        // Its connections are files at once times parts at once.
        var files = Math.Min(round.Files.Count, round.Files.Size > 1 << 20 ? 4 : round.Connections);
        var parts = round.Connections / files;
        await WriteConfigurationAsync(round.Endpoint);
        return await Tool.RunAsync(program,
        [
            "copy", from, to, "--config", _configuration, "--quiet",
            "--transfers", Text(files), "--checkers", Text(Math.Max(8, files)),
            "--s3-upload-concurrency", Text(parts), "--s3-chunk-size", "32Mi", "--s3-upload-cutoff", "32Mi", "--s3-disable-checksum",
            "--multi-thread-streams", Text(parts), "--multi-thread-cutoff", "32Mi", "--retries", "1",
        ]);
    }

    private async Task WriteConfigurationAsync(Uri endpoint)
    {
        var password = (await Tool.FirstLineAsync(program, "obscure", "benchmark")).Trim();
        await File.WriteAllTextAsync(_configuration, $"""
            [target]
            type = s3
            provider = Other
            access_key_id = {Keys.Access}
            secret_access_key = {Keys.Secret}
            session_token = {Keys.Session}
            endpoint = {endpoint.AbsoluteUri}
            region = us-east-1
            force_path_style = true
            no_check_bucket = true

            [crypt-keep]
            type = crypt
            remote = target:keep/crypt
            password = {password}

            [crypt-sink]
            type = crypt
            remote = target:sink/crypt
            password = {password}
            """);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
