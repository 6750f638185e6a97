using System.Globalization;
using RescaleInterlink.Benchmarks.Report;

namespace RescaleInterlink.Benchmarks.Contenders;

/// <summary>Microsoft's own tool, which knows only Azure. It does not encrypt, and asks for its state every two seconds.</summary>
/// <param name="container">Address of the container.</param>
/// <param name="sas">For the container.</param>
internal sealed class AzCopy(string program, Uri container, string sas, string folder) : Contender("azcopy")
{
    private const int BlockMebibytes = 16;

    public override Task<Sample> UploadAsync(Round round) =>
        CopyAsync(round, "LocalBlob", round.Files.Paths[0], Address("up/azcopy"), "--block-size-mb", BlockMebibytes.ToString(CultureInfo.InvariantCulture));

    public override Task<Sample> DownloadAsync(Round round) =>
        CopyAsync(round, "BlobLocal", Address(round.Files.Stored[0].Key), Path.Combine(round.Folder, "azcopy"), "--check-md5", "NoCheck");

    private string Address(string blob) => $"{container}/{blob}?{sas}";

    private Task<Sample> CopyAsync(Round round, string direction, string from, string to, params string[] more) => Tool.RunAsync(program,
        ["copy", from, to, "--from-to", direction, "--overwrite", "true", "--log-level", "NONE", .. more],
        new Dictionary<string, string>
        {
            ["AZCOPY_CONCURRENCY_VALUE"] = round.Connections.ToString(CultureInfo.InvariantCulture),
            ["AZCOPY_LOG_LOCATION"] = folder,
            ["AZCOPY_JOB_PLAN_LOCATION"] = folder,
        });
}
