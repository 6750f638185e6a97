using System.Text;
using System.Text.Json;
using RescaleInterlink.Core.Tests.Archiving;
using RescaleInterlink.Errors;
using RescaleInterlink.Pipelines;

namespace RescaleInterlink.Core.Tests.Pipelines;

/// <summary>The run log: what it tells, and that it is in no run's way.</summary>
public sealed class PipelineLogTests(OwnSandbox shared) : IClassFixture<OwnSandbox>, IDisposable
{
    private readonly Study _study = new();
    private readonly TemporaryFolder _folder = new();
    private readonly RescaleSession _session = shared.Session;

    private string LogPath => _folder.Combine("logs", "run ü [1].jsonl");

    public void Dispose()
    {
        _study.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_tells_each_stage_of_each_row_with_ids_and_bytes()
    {
        _study.Add("Logged ü", "cat 'Logged ü/input.txt' > output.txt; echo hidden-in-the-command >/dev/null");
        _study.Add("Logged failure", "exit 1");
        var results = await _study.RunAsync(_session, _study.Options with { LogPath = LogPath });
        var lines = ReadLines();
        Assert.Equal("runStarted", Text(lines[0], "event"));
        Assert.Equal(_study.StatePath, Text(lines[0], "statePath"));
        Assert.Equal(("runEnded", 2, 1, 1), (Text(lines[^1], "event"), Number(lines[^1], "jobs"), Number(lines[^1], "succeeded"), Number(lines[^1], "failed")));

        var good = lines.Where(static line => Number(line, "row") == 1).ToList();
        Assert.All(good, static line => Assert.Equal("Logged ü", Text(line, "jobName")));
        Assert.Equal(
            [
                "stageStarted Archive", "stageEnded Archive", "stageStarted Upload", "stageEnded Upload", "stageStarted Create", "stageEnded Create",
                "stageStarted Submit", "stageEnded Submit", "stageStarted Wait", "stageEnded Wait", "stageStarted Download", "jobSucceeded Done",
            ],
            good.Select(static line => $"{Text(line, "event")} {Text(line, "stage")}"));
        var uploaded = good.Single(static line => Text(line, "event") == "stageEnded" && Text(line, "stage") == "Upload");
        Assert.Equal((results[0].FileId, 0), (Text(uploaded, "fileId"), Number(uploaded, "bytes") % 512));
        Assert.True(Number(uploaded, "bytes") > 0);
        Assert.Equal((results[0].JobId, "Completed", results[0].Files.Sum(static file => file.Length)), (Text(good[^1], "jobId"), Text(good[^1], "status"), Number(good[^1], "bytes")));
        var failed = lines.Single(static line => Text(line, "event") == "jobFailed");
        Assert.Equal((2, ErrorIds.JobFailed, results[1].Error!.Message), (Number(failed, "row"), Text(failed, "errorId"), Text(failed, "message")));
        var text = await File.ReadAllTextAsync(LogPath, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("hidden-in-the-command", text, StringComparison.Ordinal);
        var times = lines.Select(static line => line.GetProperty("time").GetDateTimeOffset()).ToList();
        Assert.All(times, static time => Assert.Equal(TimeSpan.Zero, time.Offset));
    }

    [Fact]
    public async Task A_second_run_writes_behind_the_first_and_behind_the_half_of_a_line()
    {
        _study.Add("Twice logged", "true");
        var options = _study.Options with { LogPath = LogPath };
        await _study.RunAsync(_session, options);
        await File.AppendAllTextAsync(LogPath, """{"time":"2026-11-21T""", TestContext.Current.CancellationToken);
        await _study.RunAsync(_session, options);
        var lines = File.ReadAllLines(LogPath);
        var torn = Assert.Single(lines, static line => !line.EndsWith('}'));
        Assert.Equal("runStarted", Text(Parse(lines[Array.IndexOf(lines, torn) + 1]), "event"));
        Assert.Equal("runEnded", Text(Parse(lines[^1]), "event"));
    }

    [Fact]
    public async Task A_run_that_is_refused_leaves_its_reason()
    {
        _study.Add("Never logged", "true");
        var options = _study.Options with { LogPath = LogPath, ExistingState = ExistingState.Require };
        await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, options));
        var line = Assert.Single(ReadLines());
        Assert.Equal(("runRefused", ErrorIds.PipelineStateInvalid), (Text(line, "event"), Text(line, "errorId")));
    }

    [Theory]
    [InlineData("", ErrorIds.TransferOptionInvalid)]
    [InlineData(".journal", ErrorIds.TransferOptionInvalid)]
    [InlineData(".csv", ErrorIds.DestinationExists)]
    [InlineData("/beneath", ErrorIds.DestinationUnwritable)]
    public async Task A_place_that_is_none_for_a_log_is_refused_before_anything_is_sent(string end, string errorId)
    {
        _study.Add("Misplaced log", "true");
        var table = _folder.WriteFile("table.csv", "Directory,JobName\n");
        var path = end.StartsWith('.') || end.Length == 0 ? _study.StatePath + end : table + end;
        if (end == ".csv")
            path = table;
        var refused = await Assert.ThrowsAsync<RescaleException>(() => _study.RunAsync(_session, _study.Options with { LogPath = path }));
        Assert.Equal(errorId, refused.ErrorId);
        Assert.Equal("Directory,JobName\n", File.ReadAllText(table));
        Assert.False(File.Exists(PipelineJournal.GetPath(_study.StatePath)));
        Assert.Empty(await Study.ListJobsAsync(_session, "Misplaced log"));
    }

    [Fact]
    public void Two_runs_do_not_write_one_log()
    {
        using var log = PipelineLog.Open(LogPath, TimeProvider.System);
        Assert.Equal(ErrorIds.DestinationUnwritable, Assert.Throws<RescaleException>(() => PipelineLog.Open(LogPath, TimeProvider.System)).ErrorId);
    }

    [Fact]
    public void Secrets_are_masked_and_a_message_is_as_long_as_one_reads()
    {
        using (var log = PipelineLog.Open(LogPath, TimeProvider.System))
        {
            log.Write(new PipelineLogLine("notice") { Message = "Authorization: Token 0123456789abcdef0123456789abcdef01234567" });
            log.Write(new PipelineLogLine("notice") { Message = new string('x', 100_000) });
        }

        var lines = File.ReadAllLines(LogPath);
        Assert.DoesNotContain("0123456789abcdef", lines[0], StringComparison.Ordinal);
        Assert.Contains("***", lines[0], StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(lines[1]), 2000, 2200);
    }

    [Fact]
    public void A_disk_without_room_is_told_once_and_ends_nothing()
    {
        if (!File.Exists("/dev/full"))
            return;
        var notices = new List<string>();
        var link = _folder.Combine("full.jsonl");
        File.CreateSymbolicLink(link, "/dev/full");
        // The device has no length, so that it is refused like a file of another kind, or taken and found full.
        PipelineLog log;
        try
        {
            log = PipelineLog.Open(link, TimeProvider.System, notices.Add);
        }
        catch (RescaleException exception)
        {
            Assert.Equal(ErrorIds.DestinationUnwritable, exception.ErrorId);
            return;
        }

        using (log)
        {
            log.Write(new PipelineLogLine("notice"));
            log.Write(new PipelineLogLine("notice"));
        }

        Assert.Contains("cannot be written any more", Assert.Single(notices), StringComparison.Ordinal);
    }

    private List<JsonElement> ReadLines() => [.. File.ReadAllLines(LogPath).Select(Parse)];

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static long? Number(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetInt64() : null;
}
