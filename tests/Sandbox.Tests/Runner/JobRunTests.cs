using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Runner;

/// <summary>Jobs that really run. Their commands are for <c>sh</c>.</summary>
public sealed class JobRunTests
{
    public JobRunTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands of these jobs are written for sh.");

    [Fact]
    public async Task A_good_job_passes_all_statuses_and_lists_what_it_wrote()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string input = await sandbox.AddFileAsync("deck.txt", "deck");
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody("cat deck.txt; echo $GREETING >&2; mkdir -p 'a b/c'; printf 42 > 'a b/c/result [1].txt'; : > empty", "My job", input)
            .With(body => body["jobanalyses"]![0]!["envVars"]!["GREETING"] = "hello 'world'"));
        Assert.Equal(("Completed", "Completed successfully"), await sandbox.Api.WaitAsync(id));
        Assert.Equal(["Completed", "Executing", "Started", "Validated", "Queued", "Pending"], (await sandbox.Api.StatusesAsync(id)).Select(entry => entry.Status));

        var outputs = await sandbox.Api.OutputsAsync(id);
        Assert.Equal(["a b/c/result [1].txt", "empty", "process_output.log"], outputs.Select(file => file!["relativePath"]!.GetValue<string>()));
        Assert.Equal("42", await sandbox.ReadTextAsync(outputs[0]!));
        Assert.Equal("", await sandbox.ReadTextAsync(outputs[1]!));
        Assert.Equal("deckhello 'world'\n", await sandbox.ReadTextAsync(outputs[2]!));
        Assert.Equal("result [1].txt", outputs[0]!["name"]!.GetValue<string>());
        Assert.Equal(3, outputs.Select(file => file!["encodedEncryptionKey"]!.GetValue<string>()).Distinct().Count());

        var run = Assert.Single((await sandbox.Api.GetAsync($"/api/v2/jobs/{id}/runs/")).Expect(200).Results)!;
        Assert.True(DateTimeOffset.Parse(run["dateStarted"]!.GetValue<string>()) <= DateTimeOffset.Parse(run["dateCompleted"]!.GetValue<string>()));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(sandbox.Started.Path, "runs")));
    }

    [Theory]
    [InlineData("exit 3", "A run failed: exit code 3")]
    [InlineData("false", "A run failed: exit code 1")]
    [InlineData("no-such-program-anywhere", "A run failed: exit code 127")]
    public async Task A_failing_command_is_completed_with_its_exit_code(string command, string reason)
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody("echo before > before.txt\n" + command));
        Assert.Equal(("Completed", reason), await sandbox.Api.WaitAsync(id));
        Assert.Contains("before.txt", (await sandbox.Api.OutputsAsync(id)).Select(file => file!["relativePath"]!.GetValue<string>()));
    }

    [Fact]
    public async Task At_the_walltime_the_whole_tree_is_ended()
    {
        await using var sandbox = await LocalSandbox.StartAsync(change: settings => settings with { WalltimeSecondsPerHour = 0.7 });
        // A child in a session of its own would survive the end of the group.
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody("echo $$ > pid; sh -c 'echo $$ > child; sleep 600' & setsid sh -c 'echo $$ > other; sleep 600' & sleep 600"));
        Assert.Equal(("Completed", "A run failed: walltime exceeded"), await sandbox.Api.WaitAsync(id));
        var outputs = await sandbox.Api.OutputsAsync(id);
        foreach (string name in new[] { "pid", "child", "other" })
            AssertGone(await sandbox.ReadTextAsync(outputs.Single(file => file!["name"]!.GetValue<string>() == name)!));
    }

    [Fact]
    public async Task What_a_command_leaves_in_the_background_ends_with_it()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody("sleep 600 & echo $! > pid"));
        Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(id)).Reason);
        AssertGone(await sandbox.ReadTextAsync((await sandbox.Api.OutputsAsync(id))[0]!));
    }

    [Fact]
    public async Task Stopping_ends_a_running_job_and_keeps_what_it_made()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody("echo partial > partial.txt; echo $$ > pid; sleep 600"));
        await LiveFileAsync(sandbox, id, "pid");
        (await sandbox.Api.PostAsync($"/api/v3/jobs/{id}/stop/")).Expect(202);
        Assert.Equal("Stopped", (await sandbox.Api.WaitAsync(id)).Status);
        var outputs = await sandbox.Api.OutputsAsync(id);
        Assert.Equal(["partial.txt", "pid", "process_output.log"], outputs.Select(file => file!["name"]!.GetValue<string>()));
        AssertGone(await sandbox.ReadTextAsync(outputs[1]!));
        (await sandbox.Api.PostAsync($"/api/v3/jobs/{id}/stop/")).Expect(400);
    }

    [Fact]
    public async Task No_more_jobs_run_at_once_than_allowed_and_the_first_come_first()
    {
        await using var sandbox = await LocalSandbox.StartAsync(change: settings => settings with { MaxRunningJobs = 1 });
        using var folder = new TestFolder();
        string gate = folder.In("gate");
        string command = $"echo $RESCALE_JOB_NAME >> '{folder.In("order")}'; while [ ! -e '{gate}' ]; do sleep 0.02; done";
        string[] ids = [.. await Task.WhenAll(Enumerable.Range(1, 4).Select(i => sandbox.Api.CreateAsync(ApiClient.JobBody(command, $"job{i}"))))];
        foreach (string id in ids)
            (await sandbox.Api.PostAsync($"/api/v2/jobs/{id}/submit/")).Expect(200);
        Assert.Equal("Executing", (await sandbox.Api.WaitAsync(ids[0], "Executing")).Status);
        Assert.All(ids[1..], id => Assert.Equal("Queued", sandbox.Api.StatusesAsync(id).Result[0].Status));

        // A job that still waits stops at once, and runs never.
        (await sandbox.Api.PostAsync($"/api/v3/jobs/{ids[2]}/stop/")).Expect(202);
        Assert.Equal(["Stopped", "Queued", "Pending"], (await sandbox.Api.StatusesAsync(ids[2])).Select(entry => entry.Status));
        await File.WriteAllTextAsync(gate, "");
        foreach (string id in new[] { ids[0], ids[1], ids[3] })
            Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(id)).Reason);
        Assert.Equal(["job1", "job2", "job4"], (await File.ReadAllLinesAsync(folder.In("order"))).Select(name => name.Trim()));
    }

    [Fact]
    public async Task Automations_run_before_and_after_and_do_not_change_the_outcome()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        var body = ApiClient.JobBody("ls > seen.txt; exit 5");
        body["jobAutomations"] = new JsonArray(
            new JsonObject { ["automation"] = new JsonObject { ["id"] = "auPost" }, ["environmentVariables"] = new JsonObject() },
            new JsonObject { ["automation"] = new JsonObject { ["id"] = "auPreE" }, ["environmentVariables"] = new JsonObject { ["RECORD_NAME"] = "it's" } });
        string job = await sandbox.Api.SubmitAsync(body);
        Assert.Equal("A run failed: exit code 5", (await sandbox.Api.WaitAsync(job)).Reason);
        var outputs = await sandbox.Api.OutputsAsync(job);
        Assert.Equal(["count.txt", "it's.txt", "process_output.log", "seen.txt"], outputs.Select(file => file!["name"]!.GetValue<string>()));
        Assert.Contains("it's.txt", await sandbox.ReadTextAsync(outputs[3]!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_that_a_command_made_read_only_go_too()
    {
        Assert.SkipWhen(Environment.UserName == "root", "Nothing is read-only to root.");
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody("mkdir -p cache/deep; echo x > cache/deep/x; chmod 400 cache/deep/x; chmod 500 cache/deep cache"));
        Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(id)).Reason);
        Assert.Contains("x", (await sandbox.Api.OutputsAsync(id)).Select(file => file!["name"]!.GetValue<string>()));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(sandbox.Started.Path, "runs")));
    }

    [Fact]
    public async Task Deleting_a_running_job_ends_it_and_removes_all_of_it()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody("echo $$ > pid; sleep 600"));
        await LiveFileAsync(sandbox, id, "pid");
        (await sandbox.Api.SendAsync("DELETE", $"/api/v3/jobs/{id}/")).Expect(204);
        (await sandbox.Api.GetAsync($"/api/v3/jobs/{id}/")).Expect(404);
        Assert.Empty((await sandbox.Api.GetAsync("/api/v3/files/")).Results);
        Assert.Empty((await sandbox.Api.GetAsync("/api/v3/folders/MyJobs/contents/")).Results);
    }

    private static async Task<JsonNode> LiveFileAsync(LocalSandbox sandbox, string jobId, string name)
    {
        JsonNode? found = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var answer = await sandbox.Api.GetAsync($"/api/v2/jobs/{jobId}/runs/1/files/");
                found = answer.Status == 200 ? answer.Results.FirstOrDefault(file => file!["name"]!.GetValue<string>() == name && file["size"]!.GetValue<long>() > 0) : null;
                return found is not null;
            },
            () => $"'{name}' is not listed.");
        return found!;
    }

    /// <summary>Ended, or a zombie that nobody has collected.</summary>

    private static void AssertGone(string pid)
    {
        string stat = $"/proc/{pid.Trim()}/stat";
        if (OperatingSystem.IsLinux() && File.Exists(stat))
            Assert.Contains(") Z ", File.ReadAllText(stat), StringComparison.Ordinal);
    }
}
