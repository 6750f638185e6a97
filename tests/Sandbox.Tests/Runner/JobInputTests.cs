using System.Formats.Tar;
using System.Text;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Runner;

/// <summary>What jobs are given: archives, links, and what is not as it was registered.</summary>
public sealed class JobInputTests
{
    public JobInputTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands of these jobs are written for sh.");

    [Theory]
    [InlineData("run.tar")]
    [InlineData("run.tar.gz")]
    [InlineData("run.tgz")]
    [InlineData("run.zip")]
    public async Task An_archive_unpacks_into_the_work_folder(string name)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.AddFileAsync(name, Archives.Make(name, ("Run_1/run.sh", "echo ran in $(pwd -P | sed 's|.*/||')"), ("Run_1/data/x y.txt", "data")));
        string job = await sandbox.Api.SubmitAsync(ApiClient.JobBody("cd Run_1 && sh ./run.sh && cat 'data/x y.txt'", "job", id));
        Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(job)).Reason);
        var log = Assert.Single(await sandbox.Api.OutputsAsync(job))!;
        Assert.Equal("ran in Run_1\ndata", await sandbox.ReadTextAsync(log));

        // Without 'decompress' it stays what it is.
        var body = ApiClient.JobBody($"ls; [ -f {name} ]", "job", id);
        body["jobanalyses"]![0]!["inputFiles"]![0]!["decompress"] = false;
        job = await sandbox.Api.SubmitAsync(body);
        Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(job)).Reason);
    }

    [Theory]
    [InlineData("run.tar", "../out.txt")]
    [InlineData("run.tar", "a/../../out.txt")]
    [InlineData("run.tar.gz", "/tmp/out.txt")]
    [InlineData("run.zip", "../out.txt")]
    public async Task An_archive_that_leads_out_of_the_work_folder_is_refused(string name, string entry)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.AddFileAsync(name, Archives.Make(name, (entry, "x")));
        string job = await sandbox.Api.SubmitAsync(ApiClient.JobBody("true", "job", id));
        var (status, reason) = await sandbox.Api.WaitAsync(job);
        Assert.Equal("Completed", status);
        Assert.StartsWith("A run failed: ", reason, StringComparison.Ordinal);
        Assert.Contains("work folder", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("copies a hard link's content over a link")]
    [InlineData("reads through a link")]
    public async Task No_chain_of_links_leads_out_of_the_work_folder(string how)
    {
        using var outside = new TestFolder();
        string victim = outside.In("victim");
        await File.WriteAllTextAsync(victim, "secret");
        await using var sandbox = await LocalSandbox.StartAsync();
        // By its words the second link stays inside; but its first half is a link to the work folder, from which its steps upwards lead out.
        string up = string.Concat(Enumerable.Repeat("../", 30)), deep = string.Concat(Enumerable.Range(0, 40).Select(n => $"d{n}/"));
        using var bytes = new MemoryStream();
        await using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            void Add(TarEntryType type, string name, string? link = null) => tar.WriteEntry(
                link is null ? new PaxTarEntry(type, name) { DataStream = new MemoryStream("evil"u8.ToArray()) } : new PaxTarEntry(type, name) { LinkName = link });
            Add(TarEntryType.RegularFile, deep + "x");
            Add(TarEntryType.SymbolicLink, deep + "l", string.Concat(Enumerable.Repeat("../", 40)) + ".");
            Add(TarEntryType.SymbolicLink, "k", $"{deep}l/{up}{victim[1..]}");
            Add(TarEntryType.RegularFile, "evil");
            if (how.StartsWith("copies", StringComparison.Ordinal))
                Add(TarEntryType.HardLink, "k", "evil");
            else
                Add(TarEntryType.HardLink, "h", "k");
        }

        string id = await sandbox.AddFileAsync("run.tar", bytes.ToArray());
        string job = await sandbox.Api.SubmitAsync(ApiClient.JobBody("true", "job", id));
        Assert.Contains("leads upwards from within", (await sandbox.Api.WaitAsync(job)).Reason, StringComparison.Ordinal);
        Assert.Equal("secret", await File.ReadAllTextAsync(victim));
        // Nor are the inputs that were there already outputs.
        Assert.Empty(await sandbox.Api.OutputsAsync(job));
    }

    [Fact]
    public async Task Links_inside_an_archive_are_kept()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        using var bytes = new MemoryStream();
        await using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a/b/one") { DataStream = new MemoryStream("1"u8.ToArray()) });
            foreach (var (name, target) in new[] { ("latest", "a/b"), ("a/up", "../a/./b/one"), ("a/b/same", "one"), ("top", ".") })
                tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "hard") { LinkName = "a/b/one" });
        }

        string id = await sandbox.AddFileAsync("run.tar", bytes.ToArray());
        string job = await sandbox.Api.SubmitAsync(ApiClient.JobBody("cat latest/one a/up a/b/same top/hard", "job", id));
        Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(job)).Reason);
        Assert.Equal("1111", await sandbox.ReadTextAsync((await sandbox.Api.OutputsAsync(job))[0]!));
    }

    [Fact]
    public async Task A_damaged_archive_fails_the_run_and_not_the_sandbox()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.AddFileAsync("run.tar.gz", "this is no archive");
        string job = await sandbox.Api.SubmitAsync(ApiClient.JobBody("true", "job", id));
        Assert.Contains("run.tar.gz", (await sandbox.Api.WaitAsync(job)).Reason, StringComparison.Ordinal);
        job = await sandbox.Api.SubmitAsync(ApiClient.JobBody("true"));
        Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(job)).Reason);
    }

    [Theory]
    [InlineData("hash")]
    [InlineData("size")]
    [InlineData("key")]
    public async Task An_input_that_is_not_what_was_registered_fails_the_run(string wrong)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.AddFileAsync("deck.txt", Encoding.UTF8.GetBytes(new string('x', 100)), body =>
        {
            if (wrong == "hash")
                body["fileChecksums"]![0]!["fileHash"] = new string('0', 128);
            if (wrong == "size")
                body["decryptedSize"] = 99;
            if (wrong == "key")
                body["encodedEncryptionKey"] = Convert.ToBase64String(new byte[32]);
        });
        string job = await sandbox.Api.SubmitAsync(ApiClient.JobBody("true", "job", id));
        var (status, reason) = await sandbox.Api.WaitAsync(job);
        Assert.Equal("Completed", status);
        Assert.StartsWith("A run failed: input file 'deck.txt': ", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("Executing", (await sandbox.Api.StatusesAsync(job)).Select(entry => entry.Status));
    }
}
