using System.Text;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Runner;

/// <summary>What jobs write, while they run and afterwards.</summary>
public sealed class JobOutputTests
{
    public JobOutputTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands of these jobs are written for sh.");

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
}
