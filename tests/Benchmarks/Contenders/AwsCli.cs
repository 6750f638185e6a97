using System.Globalization;
using System.Security.Cryptography;
using RescaleInterlink.Benchmarks.Report;
using RescaleInterlink.Benchmarks.Target;

namespace RescaleInterlink.Benchmarks.Contenders;

/// <summary><c>aws s3 cp</c>; with <paramref name="openssl"/>, encrypted into files before, or decrypted from files after.</summary>
/// <param name="openssl">Path of the program, or null for plain transfers.</param>
internal sealed class AwsCli(string program, string? openssl, string folder) : Contender(openssl is null ? "aws s3 cp" : "openssl enc, aws s3 cp")
{
    private const int PartSize = 32 << 20;
    private readonly string _key = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
    private readonly string _iv = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    public override bool Protects => openssl is not null;

    public override bool Takes(FileSet files, bool objectStore) => openssl is null || (files.Count <= 100 && !objectStore);

    private string Between => Path.Combine(folder, "openssl");

    public override async Task PrepareAsync(Round round)
    {
        if (openssl is null) return;
        await EncryptAsync(round.Files.Paths);
        await CopyAsync(round, Between, $"s3://{ObjectTarget.Keep}/openssl/{round.Files.Prefix}");
        Directory.Delete(Between, true);
    }

    public override async Task<Sample> UploadAsync(Round round)
    {
        var target = $"s3://{ObjectTarget.Sink}/up/";
        if (openssl is null) return await CopyAsync(round, round.Files.Folder, target);
        var encrypted = await EncryptAsync(round.Files.Paths);
        var sent = await CopyAsync(round, Between, target);
        Directory.Delete(Between, true);
        return encrypted + sent;
    }

    public override async Task<Sample> DownloadAsync(Round round)
    {
        if (openssl is null) return await CopyAsync(round, $"s3://{ObjectTarget.Keep}/{round.Files.Prefix}", round.Folder);
        Directory.CreateDirectory(Between);
        var total = await CopyAsync(round, $"s3://{ObjectTarget.Keep}/openssl/{round.Files.Prefix}", Between);
        foreach (var path in round.Files.Paths)
            total += await Tool.RunAsync(openssl, ["enc", "-d", "-aes-256-cbc", "-K", _key, "-iv", _iv, "-in", Path.Combine(Between, Path.GetFileName(path)), "-out", Path.Combine(round.Folder, Path.GetFileName(path))]);
        Directory.Delete(Between, true);
        return total;
    }

    private async Task<Sample> EncryptAsync(IEnumerable<string> paths)
    {
        Directory.CreateDirectory(Between);
        var total = default(Sample);
        foreach (var path in paths)
            total += await Tool.RunAsync(openssl!, ["enc", "-aes-256-cbc", "-K", _key, "-iv", _iv, "-in", path, "-out", Path.Combine(Between, Path.GetFileName(path))]);
        return total;
    }

    private async Task<Sample> CopyAsync(Round round, string from, string to)
    {
        var configuration = Path.Combine(folder, "aws.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            [default]
            region = us-east-1
            s3 =
              addressing_style = path
              max_concurrent_requests = {round.Connections}
              multipart_threshold = {PartSize}
              multipart_chunksize = {PartSize}
            """));
        return await Tool.RunAsync(program, ["--endpoint-url", round.Endpoint.AbsoluteUri, "s3", "cp", "--recursive", "--quiet", from, to], new Dictionary<string, string>
        {
            ["AWS_CONFIG_FILE"] = configuration,
            ["AWS_ACCESS_KEY_ID"] = "bench",
            ["AWS_SECRET_ACCESS_KEY"] = "benchsecret",
        });
    }
}
