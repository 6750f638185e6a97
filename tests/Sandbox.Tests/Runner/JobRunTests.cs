using System.Formats.Tar;
using System.Text;
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
    public async Task Live_files_are_listed_with_their_size_while_it_executes()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        using var folder = new TestFolder();
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody($"mkdir sub; printf 12345 > sub/live.dat; while [ ! -e '{folder.In("gate")}' ]; do sleep 0.02; done"));
        var live = await LiveFileAsync(sandbox, id, "live.dat");
        Assert.Equal(("sub/live.dat", 5), (live["relativePath"]!.GetValue<string>(), live["size"]!.GetValue<int>()));
        Assert.Empty(await sandbox.Api.OutputsAsync(id));
        await File.WriteAllTextAsync(folder.In("gate"), "");
        await sandbox.Api.WaitAsync(id);
        Assert.Equal(2, (await sandbox.Api.GetAsync($"/api/v2/jobs/{id}/runs/1/files/")).Expect(200).Results.Count);
        (await sandbox.Api.GetAsync($"/api/v2/jobs/{id}/runs/2/files/")).Expect(404);
    }

    [Fact]
    public async Task A_live_file_can_be_read_while_it_executes_and_not_afterwards()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        using var folder = new TestFolder();
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody($"mkdir 'a b'; printf '1\\n22\\n333' > 'a b/live.txt'; printf 12345 > live.dat; while [ ! -e '{folder.In("gate")}' ]; do sleep 0.02; done"));
        await LiveFileAsync(sandbox, id, "live.dat");
        string live = $"/api/v2/jobs/{id}/runs/1/tail/live.dat";
        Assert.Equal(12345, (await sandbox.Api.GetAsync(live)).Expect(200).Body!.GetValue<int>());
        Assert.Equal(12345, (await sandbox.Api.GetAsync(live + "/")).Expect(200).Body!.GetValue<int>());
        var lines = (await sandbox.Api.GetAsync($"/api/v2/jobs/{id}/runs/1/tail/a%20b/live.txt?lines=2")).Expect(200);
        Assert.Equal(["22", "333"], lines["lines"].AsArray().Select(line => line!.GetValue<string>()));
        (await sandbox.Api.GetAsync($"{live}?lines=x")).Expect(400);
        foreach (string path in new[] { "none", "../../../journal", "..%2F..%2Fjournal", "a%20b" })
            (await sandbox.Api.GetAsync($"/api/v2/jobs/{id}/runs/1/tail/{path}")).Expect(404);
        await File.WriteAllTextAsync(folder.In("gate"), "");
        await sandbox.Api.WaitAsync(id);
        (await sandbox.Api.GetAsync(live)).Expect(404);
    }

    [Fact]
    public async Task What_is_published_is_listed_while_it_executes_and_only_what_changed_gets_another_id()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        using var folder = new TestFolder();
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody(
            $"echo same > same; echo one > changed; echo gone > gone; while [ ! -e '{folder.In("gate")}' ]; do sleep 0.02; done; echo another > changed; rm gone; echo new > new"));
        await LiveFileAsync(sandbox, id, "gone");
        (await sandbox.Api.PostAsync($"/sandbox/jobs/{id}/publish/")).Expect(204);
        var before = (await sandbox.Api.OutputsAsync(id)).ToDictionary(file => file!["name"]!.GetValue<string>(), file => file!);
        Assert.Equal(["changed", "gone", "process_output.log", "same"], before.Keys.Order());
        Assert.Equal("one\n", await sandbox.ReadTextAsync(before["changed"]));
        await File.WriteAllTextAsync(folder.In("gate"), "");
        await sandbox.Api.WaitAsync(id);
        (await sandbox.Api.PostAsync($"/sandbox/jobs/{id}/publish/")).Expect(400);
        var after = (await sandbox.Api.OutputsAsync(id)).ToDictionary(file => file!["name"]!.GetValue<string>(), file => file!);
        Assert.Equal(["changed", "new", "process_output.log", "same"], after.Keys.Order());
        Assert.Equal(before["same"]["id"]!.GetValue<string>(), after["same"]["id"]!.GetValue<string>());
        Assert.NotEqual(before["changed"]["id"]!.GetValue<string>(), after["changed"]["id"]!.GetValue<string>());
        Assert.Equal("another\n", await sandbox.ReadTextAsync(after["changed"]));
        // A watcher that is behind still finds the earlier one in storage.
        Assert.Equal("one\n", await sandbox.ReadTextAsync(before["changed"]));
    }

    [Fact]
    public async Task Unchanged_inputs_are_no_outputs_and_changed_ones_are()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string kept = await sandbox.AddFileAsync("kept.txt", "kept"), changed = await sandbox.AddFileAsync("changed.txt", "aaaa");
        string id = await sandbox.Api.SubmitAsync(ApiClient.JobBody("printf bbbb > changed.txt; cat kept.txt; ln -s kept.txt inside; ln -s /etc/passwd outside; mkfifo pipe", "job", kept, changed));
        await sandbox.Api.WaitAsync(id);
        var outputs = await sandbox.Api.OutputsAsync(id);
        Assert.Equal(["changed.txt", "inside", "process_output.log"], outputs.Select(file => file!["name"]!.GetValue<string>()));
        Assert.Equal("bbbb", await sandbox.ReadTextAsync(outputs[0]!));
        Assert.Equal("kept", await sandbox.ReadTextAsync(outputs[1]!));
    }

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
    public async Task What_lies_behind_a_link_to_a_folder_is_no_output()
    {
        using var outside = new TestFolder();
        await File.WriteAllTextAsync(outside.In("secret"), "secret");
        await using var sandbox = await LocalSandbox.StartAsync();
        string job = await sandbox.Api.SubmitAsync(ApiClient.JobBody($"ln -s '{outside.Path}' d; ln -s d/secret stolen"));
        await sandbox.Api.WaitAsync(job);
        Assert.Equal("process_output.log", Assert.Single(await sandbox.Api.OutputsAsync(job))!["name"]!.GetValue<string>());

        job = await sandbox.Api.SubmitAsync(ApiClient.JobBody($"cd ..; rm -r work; ln -s '{outside.Path}' work"));
        Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(job)).Reason);
        Assert.Empty(await sandbox.Api.OutputsAsync(job));
        Assert.Equal("secret", await File.ReadAllTextAsync(outside.In("secret")));
    }

    [Fact]
    public async Task An_output_whose_path_is_longer_than_a_key_may_be_can_be_had()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string name = new('n', 240), path = string.Join('/', Enumerable.Repeat(name, 5)) + "/deep.txt";
        string job = await sandbox.Api.SubmitAsync(ApiClient.JobBody($"mkdir -p {Path.GetDirectoryName(path)}; printf deep > {path}"));
        Assert.Equal("Completed successfully", (await sandbox.Api.WaitAsync(job)).Reason);
        var deep = (await sandbox.Api.OutputsAsync(job)).Single(file => file!["name"]!.GetValue<string>() == "deep.txt")!;
        Assert.Equal(path, deep["relativePath"]!.GetValue<string>());
        Assert.InRange(Encoding.UTF8.GetByteCount(deep["pathParts"]!["path"]!.GetValue<string>()), 1, 1024);
        Assert.Equal("deep", await sandbox.ReadTextAsync(deep));
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
    public async Task What_an_interrupted_collection_left_in_storage_goes()
    {
        await using var sandbox = await LocalSandbox.StartAsync();
        string id = await sandbox.Api.CreateAsync(ApiClient.JobBody("true"));
        string path = $"user/user_sandbox/output/{id}/run_1/half.txt-abc";
        using (var content = new MemoryStream([1]))
            await sandbox.Objects.PutAsync("sandbox", path, content, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        (await sandbox.Api.PostAsync($"/api/v2/jobs/{id}/submit/")).Expect(200);
        await sandbox.Api.WaitAsync(id);
        Assert.Null(sandbox.Objects.Find("sandbox", path));
        Assert.Equal("process_output.log", Assert.Single(await sandbox.Api.OutputsAsync(id))!["name"]!.GetValue<string>());
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
