using System.Text;
using RescaleInterlink.Core.Tests.Pipelines;
using RescaleInterlink.Core.Tests.Platform.Contract;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs;
using RescaleInterlink.Jobs.Following;
using RescaleInterlink.Platform;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Jobs.Following;

/// <summary>Logs of jobs that really run on a sandbox, which shows them while they grow.</summary>
public sealed class JobLogTests(OwnSandbox shared) : IClassFixture<OwnSandbox>, IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static JobLogOptions Following => new() { Follow = true, PollInterval = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task A_log_is_followed_line_by_line_to_its_end_and_nothing_comes_twice()
    {
        var gate = _folder.File("gate");
        // Each line but the first waits for a file that the test makes when it has seen the one before; the last has no end, and some are no UTF-8.
        var id = await SubmitAsync($"i=0; while [ $i -lt 3 ]; do echo \"line $i\"; while [ ! -e '{gate}'$i ]; do sleep 0.02; done; i=$((i+1)); done; printf 'gr\\366\\337e\\r\\n'; printf end");
        var entries = new List<JobLogEntry>();
        await foreach (var entry in ReadAsync(id, Following))
        {
            entries.Add(entry);
            if (entry is JobLogEntry.Line { Text: var text } && text.StartsWith("line ", StringComparison.Ordinal))
                await File.WriteAllTextAsync(gate + text[5..], "", Token);
        }

        Assert.Equal(["line 0", "line 1", "line 2", "gr\uFFFD\uFFFDe", "end"], Lines(entries));
        Assert.Equal([1L, 2, 3, 4, 5], entries.OfType<JobLogEntry.Line>().Select(static line => line.Number));
        // The whole history in the order of time, and its end behind the last line.
        var statuses = entries.OfType<JobLogEntry.StatusChange>().Select(static change => change.Status.Status).ToArray();
        Assert.Equal((statuses.Length, "Completed"), (statuses.Distinct().Count(), statuses[^1]));
        Assert.Contains("Executing", statuses);
        Assert.IsType<JobLogEntry.StatusChange>(entries[^1]);
        // Again, now that it is an output.
        Assert.Equal(Lines(entries), Lines(await ReadAsync(id, new JobLogOptions()).ToListAsync(Token)));
        Assert.Equal(["gr\uFFFD\uFFFDe", "end"], Lines(await ReadAsync(id, new JobLogOptions { Tail = 2 }).ToListAsync(Token)));
        Assert.Equal(["gr\uFFFD\uFFFDe", "end"], Lines(await ReadAsync(id, Following with { Tail = 2, WithStatuses = false }).ToListAsync(Token)));
    }

    [Fact]
    [Endpoint("J15")]
    public async Task The_end_of_a_live_log_is_read_once_or_followed_and_other_live_files_too()
    {
        var gate = _folder.File("gate");
        var id = await SubmitAsync($"mkdir 'a b'; seq 1 50000 > 'a b/[res].dat'; seq 1 20000; touch '{gate}-begun'; while [ ! -e '{gate}' ]; do sleep 0.02; done; echo last; echo more >> 'a b/[res].dat'");
        await UntilAsync(() => File.Exists(gate + "-begun"));
        Assert.Equal(["19999", "20000"], Lines(await ReadAsync(id, new JobLogOptions { Tail = 2 }).ToListAsync(Token)));
        Assert.Equal(20000, Lines(await ReadAsync(id, new JobLogOptions()).ToListAsync(Token)).Count);
        Assert.Equal(["50000"], Lines(await ReadAsync(id, new JobLogOptions { Names = ["a b/[res].dat"], Tail = 1 }).ToListAsync(Token)));
        Assert.Equal(["50000"], Lines(await ReadAsync(id, new JobLogOptions { Names = [], Matches = static path => path.EndsWith("dat", StringComparison.Ordinal), Tail = 1 }).ToListAsync(Token)));
        Assert.Empty(Lines(await ReadAsync(id, new JobLogOptions { Names = ["none", "../journal", ".."] }).ToListAsync(Token)));

        var followed = new List<JobLogEntry>();
        await foreach (var entry in ReadAsync(id, Following with { Tail = 3, Names = ["a b/[res].dat", JobLogOptions.DefaultName], WithStatuses = false }))
        {
            followed.Add(entry);
            if (entry is JobLogEntry.Line { Text: "20000" })
                await File.WriteAllTextAsync(gate, "", Token);
        }

        var byName = followed.OfType<JobLogEntry.Line>().ToLookup(static line => line.Name, static line => line.Text);
        Assert.Equal(["19998", "19999", "20000", "last"], byName[JobLogOptions.DefaultName]);
        Assert.Equal(["49998", "49999", "50000", "more"], byName["a b/[res].dat"]);
    }

    [Fact]
    public async Task A_log_that_is_cut_while_it_is_followed_is_read_on()
    {
        var gate = _folder.File("gate");
        var id = await SubmitAsync($"seq 1 100 > log; while [ ! -e '{gate}' ]; do sleep 0.02; done; echo anew > log; while [ ! -e '{gate}2' ]; do sleep 0.02; done; echo more >> log");
        var entries = new List<JobLogEntry>();
        await foreach (var entry in ReadAsync(id, Following with { Names = ["log"], WithStatuses = false }))
        {
            entries.Add(entry);
            if (entry is JobLogEntry.Line { Text: "100" or "anew" } line)
                await File.WriteAllTextAsync(line.Text == "100" ? gate : gate + "2", "", Token);
        }

        Assert.Equal([.. Enumerable.Range(1, 100).Select(static i => $"{i}"), "anew", "more"], Lines(entries));
        Assert.Single(entries.OfType<JobLogEntry.Notice>());
    }

    [Fact]
    public async Task A_job_that_is_stopped_shows_what_it_wrote_and_a_deleted_one_is_an_error()
    {
        var id = await SubmitAsync("echo before; sleep 600");
        var entries = new List<JobLogEntry>();
        await foreach (var entry in ReadAsync(id, Following))
        {
            entries.Add(entry);
            if (entry is JobLogEntry.Line)
                await shared.Session.Client.Jobs.StopAsync(id, Token);
        }

        Assert.Equal(["before"], Lines(entries));
        Assert.Equal("Stopped", Assert.IsType<JobLogEntry.StatusChange>(entries[^1]).Status.Status);
        await shared.Session.Client.Jobs.DeleteAsync(id, Token);
        var error = await Assert.ThrowsAsync<RescaleException>(async () => await ReadAsync(id, Following).ToListAsync(Token));
        Assert.Equal(ErrorIds.JobNotFound, error.ErrorId);
    }

    [Fact]
    public async Task A_platform_without_live_files_and_ranges_is_borne_with()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 30_000).Select(static i => $"{i}\n")));
        await using var server = new ScriptedServer((request, reply) =>
            request.Target.Contains("/tail/none", StringComparison.Ordinal) ? reply.JsonAsync(405, """{"detail":"no"}""")
            : request.Target.Contains("lines=", StringComparison.Ordinal) ? reply.JsonAsync(200, """{"fileType":"x","lines":["a",null]}""")
            : reply.SendAsync(200, text));
        using var client = Platform.Clients.For(server);
        Assert.Null(await client.Jobs.ReadLiveAsync("j", "1", "none", 0, 10, Token));
        Assert.Null(await client.Jobs.GetLastLinesAsync("j", "1", "none", 10, Token));
        Assert.Equal(["a", ""], (await client.Jobs.GetLastLinesAsync("j", "1", "log", 10, Token))!);
        // All of it is sent, and only the part is taken.
        var piece = (await client.Jobs.ReadLiveAsync("j", "1", "log", 100_000, 7, Token))!;
        Assert.Equal(text.AsSpan(100_000, 7).ToArray(), piece.Bytes.ToArray());
        Assert.Equal(text.Length, piece.Total);
        Assert.Empty((await client.Jobs.ReadLiveAsync("j", "1", "log", text.Length + 5, 7, Token))!.Bytes.ToArray());
        Assert.Equal("bytes=100000-100006", server.Requests[^2].Headers["Range"]);
        Assert.Null(await client.Jobs.ReadLiveAsync("j", "1", "a/../../x", 0, 10, Token));
    }

    private async IAsyncEnumerable<JobLogEntry> ReadAsync(string id, JobLogOptions options)
    {
        await using var engine = shared.Session.CreateEngine(new TransferOptions());
        await foreach (var entry in shared.Session.CreateJobLog().ReadAsync(engine, id, options, Token))
            yield return entry;
    }

    private static List<string> Lines(IEnumerable<JobLogEntry> entries) => [.. entries.OfType<JobLogEntry.Line>().Select(static line => line.Text)];

    private async Task<string> SubmitAsync(string command)
    {
        var spec = new JobSpec { JobName = "Log", Command = command, CoreType = "emerald", CoresPerSlot = 1, Slots = 1, WalltimeHours = 1, AnalysisCode = "user_included" };
        var job = await shared.Session.Jobs.CreateAsync(spec, [], Token);
        await shared.Session.Jobs.SubmitAsync(job.Id, Token);
        return job.Id;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Study.Patience);
        while (!condition())
            await Task.Delay(20, limit.Token);
    }
}
