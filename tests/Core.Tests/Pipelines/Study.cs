using System.Security.Cryptography;
using RescaleInterlink.Core.Tests.Archiving;
using RescaleInterlink.Jobs;
using RescaleInterlink.Pipelines;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>A tree of run folders, a table of rows over them, and where their results go.</summary>
internal sealed class Study : IDisposable
{
    /// <summary>Generous: a wait that lasts longer has failed.</summary>
    public static readonly TimeSpan Patience = Testing.TestPatience.Long;

    private readonly TemporaryFolder _folder = new();

    public List<JobRow> Rows { get; } = [];
    public string Destination => _folder.Combine("results");
    public string StatePath => _folder.Combine("results", "run.state.csv");
    public PipelineOptions Options => new() { Destination = Destination, StatePath = StatePath, PollInterval = TimeSpan.FromMilliseconds(100) };

    public string InputFolder(string name) => _folder.Combine("inputs", name);

    /// <summary>Adds a row whose folder holds <c>input.txt</c>, and nothing when the content is null.</summary>
    public JobSpec Add(string jobName, string command, string? folderName = null, string? content = "input")
    {
        folderName ??= jobName;
        Directory.CreateDirectory(InputFolder(folderName));
        if (content is not null)
            File.WriteAllText(Path.Combine(InputFolder(folderName), "input.txt"), content);
        return Add(new JobSpec { Directory = InputFolder(folderName), JobName = jobName, Command = command });
    }

    public JobSpec Add(JobSpec spec)
    {
        spec = spec with { AnalysisCode = "user_included", CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1 };
        Rows.Add(new JobRow(Rows.Count + 1, spec));
        return spec;
    }

    public async Task<List<PipelineJobResult>> RunAsync(RescaleSession session, PipelineOptions? options = null)
    {
        var results = new List<PipelineJobResult>();
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var result in session.CreatePipeline().RunAsync(Rows, options ?? Options, patience.Token))
            results.Add(result);
        Assert.Equal(Rows.Select(row => row.Index), results.Select(result => result.Index).Order());
        return [.. results.OrderBy(result => result.Index)];
    }

    /// <summary>Succeeded, and every file lies beneath the result's folder with the hash that was verified.</summary>
    public static void AssertSucceeded(PipelineJobResult result)
    {
        Assert.True(result.Error is null, result.Error?.Message);
        Assert.Equal(("Completed", PipelineStage.Done), (result.Status, result.Stage));
        Assert.NotEmpty(result.Files);
        AssertFiles(result);
    }

    public static void AssertFiles(PipelineJobResult result)
    {
        foreach (var file in result.Files)
        {
            var bytes = File.ReadAllBytes(file.Path);
            Assert.StartsWith(result.Destination + Path.DirectorySeparatorChar, file.Path, StringComparison.Ordinal);
            Assert.Equal((file.Length, file.Sha512, Integrity.Verified), (bytes.Length, Convert.ToHexStringLower(SHA512.HashData(bytes)), file.Download.Integrity));
        }
    }

    /// <summary>Ids of all jobs on the platform.</summary>
    public static async Task<List<string>> ListJobsAsync(RescaleSession session, string? named = null)
    {
        var ids = new List<string>();
        await foreach (var job in session.Client.Jobs.ListAsync(TestContext.Current.CancellationToken))
            if (named is null || job.Name == named)
                ids.Add(job.Id);
        return ids;
    }

    public void Dispose() => _folder.Dispose();
}
