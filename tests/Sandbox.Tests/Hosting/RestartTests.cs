using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Hosting;

/// <summary>What a killed or stopped sandbox leaves behind, and how it goes on.</summary>
public sealed class RestartTests
{
    public RestartTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands of these jobs are written for sh.");

    [Fact]
    public async Task After_a_kill_what_was_executing_is_ended_and_runs_again_from_a_clean_folder()
    {
        using var folder = new TestFolder();
        using var outside = new TestFolder();
        // Notes its process and those of two children, one in a session of its own; ends only when it finds the gate.
        string command = $"ls > seen.txt; echo $$ >> '{outside.In("pids")}'; sh -c 'echo $$ >> \"{outside.In("pids")}\"; sleep 600' & "
            + $"setsid sh -c 'echo $$ >> \"{outside.In("pids")}\"; sleep 600' & while [ ! -e '{outside.In("gate")}' ]; do sleep 0.02; done; echo done > done.txt";
        string running, queued;
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path, settings => settings["maxRunningJobs"] = 1))
        {
            using var api = new ApiClient(sandbox.Started);
            running = await api.SubmitAsync(ApiClient.JobBody(command, "running"));
            queued = await api.SubmitAsync(ApiClient.JobBody("true", "queued"));
            await Eventually.TrueAsync(() => File.Exists(outside.In("pids")) && File.ReadAllLines(outside.In("pids")).Length == 3, () => "The job does not run.");
            sandbox.KillHard();
            await sandbox.WaitForExitAsync();
        }

        int[] pids = [.. (await File.ReadAllLinesAsync(outside.In("pids"))).Select(int.Parse)];
        Assert.All(pids, pid => Assert.True(IsAlive(pid), "The test must leave something behind to prove anything."));

        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path, settings => settings["maxRunningJobs"] = 1))
        {
            using var api = new ApiClient(sandbox.Started);
            await Eventually.TrueAsync(() => !pids.Any(IsAlive), () => "Processes of the killed sandbox live on.");
            await File.WriteAllTextAsync(outside.In("gate"), "");
            Assert.Equal("Completed successfully", (await api.WaitAsync(running)).Reason);
            Assert.Equal("Completed successfully", (await api.WaitAsync(queued)).Reason);
            Assert.Equal(
                ["Completed", "Executing", "Started", "Validated", "Queued", "Executing", "Started", "Validated", "Queued", "Pending"],
                (await api.StatusesAsync(running)).Select(entry => entry.Status));

            // Nothing of the first run was there for the second: only its own log and its own listing, which was being written.
            var outputs = await api.OutputsAsync(running);
            Assert.Equal(["done.txt", "process_output.log", "seen.txt"], outputs.Select(file => file!["name"]!.GetValue<string>()));
            Assert.Equal("process_output.log\nseen.txt\n".Length, outputs[2]!["decryptedSize"]!.GetValue<int>());
        }
    }

    [Fact]
    public async Task A_stop_ends_what_runs_and_the_next_start_runs_it_again()
    {
        using var folder = new TestFolder();
        using var outside = new TestFolder();
        string job;
        int pid;
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path))
        {
            using var api = new ApiClient(sandbox.Started);
            job = await api.SubmitAsync(ApiClient.JobBody($"echo $$ > '{outside.In("pid")}'; while [ ! -e '{outside.In("gate")}' ]; do sleep 0.02; done"));
            await Eventually.TrueAsync(() => File.Exists(outside.In("pid")) && new FileInfo(outside.In("pid")).Length > 0, () => "The job does not run.");
            pid = int.Parse(await File.ReadAllTextAsync(outside.In("pid")));
            (await api.PostAsync("/sandbox/stop/")).Expect(202);
            Assert.Equal(0, await sandbox.WaitForExitAsync());
        }

        Assert.False(IsAlive(pid));
        await File.WriteAllTextAsync(outside.In("gate"), "");
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path))
        {
            using var api = new ApiClient(sandbox.Started);
            Assert.Equal("Completed successfully", (await api.WaitAsync(job)).Reason);
        }
    }

    [Fact]
    public async Task What_was_answered_before_a_kill_is_there_after_it()
    {
        using var folder = new TestFolder();
        List<string> answered = [];
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path))
        {
            using var api = new ApiClient(sandbox.Started);
            for (int i = 0; i < 50; i++)
                answered.Add((await api.PostAsync("/api/v3/folders/MyLibrary/", new System.Text.Json.Nodes.JsonObject { ["name"] = $"folder {i}" })).Expect(201).Id);
            sandbox.KillHard();
            await sandbox.WaitForExitAsync();
        }

        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path))
        {
            using var api = new ApiClient(sandbox.Started);
            var contents = (await api.GetAsync("/api/v3/folders/MyLibrary/contents/?page_size=1000")).Expect(200);
            Assert.Equal(answered, contents.Results.Select(entry => entry!["item"]!["id"]!.GetValue<string>()));
        }
    }

    /// <summary>A zombie that nobody collects has ended.</summary>
    private static bool IsAlive(int pid)
    {
        try
        {
            return OperatingSystem.IsLinux()
                ? !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal)
                : !System.Diagnostics.Process.GetProcessById(pid).HasExited;
        }
        catch (Exception failure) when (failure is IOException or ArgumentException)
        {
            return false;
        }
    }
}
