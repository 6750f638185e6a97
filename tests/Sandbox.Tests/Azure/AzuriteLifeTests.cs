using RescaleInterlink.Sandbox.Hosting;
using RescaleInterlink.Sandbox.Runner;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Azure;

/// <summary>Azurite as a child: there with the sandbox, gone with it, and what was stored survives both kinds of end.</summary>
public sealed class AzuriteLifeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Azurite_ends_with_the_sandbox_and_the_folder_is_the_same_account_again(bool killed)
    {
        if (AzureSandbox.WhyMissing is { } reason)
            Assert.Skip(reason);
        using var folder = new TestFolder();
        string signature, endpoint;
        int azurite;
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path, settings => settings["storageType"] = "Azure"))
        {
            using var api = new ApiClient(sandbox.Started);
            endpoint = sandbox.Started.AzureEndpoint!;
            azurite = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "azurite", "process.json")))!["id"]!.GetValue<int>();
            signature = (await api.PostAsync("/api/v3/credentials/")).Expect(201).Text("sasToken");
            using var stored = await PutAsync(endpoint, signature);
            Assert.Equal(201, (int)stored.StatusCode);
            Assert.True(IsAlive(azurite));
            if (killed)
                sandbox.KillHard();
            else
                (await api.PostAsync("/sandbox/stop/")).Expect(202);
            await sandbox.WaitForExitAsync();
        }

        await Eventually.TrueAsync(() => !IsAlive(azurite), () => "Azurite lives on without its sandbox.");
        using (var sandbox = await SandboxProgramProcess.StartAsync(folder.Path))
        {
            Assert.Equal(endpoint, sandbox.Started.AzureEndpoint);
            Assert.Equal("Azure", sandbox.Started.StorageType);
            // What was signed before counts still, as a transfer under way needs it to.
            using var http = new HttpClient();
            Assert.Equal([1, 2, 3], await http.GetByteArrayAsync(new Uri($"{endpoint}/sandbox/kept?{signature}"), TestContext.Current.CancellationToken));
            using var api = new ApiClient(sandbox.Started);
            (await api.PostAsync("/sandbox/stop/")).Expect(202);
            await sandbox.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task The_key_of_the_account_is_in_no_process_list_and_in_no_readable_file()
    {
        if (AzureSandbox.WhyMissing is { } reason)
            Assert.Skip(reason);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Command lines are read from /proc.");
        await using var sandbox = await LocalSandbox.StartAsync(change: settings => settings with { StorageType = "Azure" });
        string identity = Path.Combine(sandbox.Started.Path, "identity.json");
        string key = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(identity))!["azure"]!["key"]!.GetValue<string>();
        string commandLine = await File.ReadAllTextAsync($"/proc/{sandbox.AzuriteId}/cmdline");
        Assert.Contains("--skipApiVersionCheck", commandLine);
        Assert.DoesNotContain(key, commandLine);
        if (OperatingSystem.IsLinux())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(identity));
    }

    [Fact]
    public async Task Without_Azurite_the_start_is_one_error_that_says_so()
    {
        using var folder = new TestFolder();
        using var sandbox = await SandboxProgramProcess.StartAsync(folder.Path, settings =>
        {
            settings["storageType"] = "Azure";
            settings["azuritePath"] = folder.In("no-azurite");
        });
        Assert.Equal(SandboxStartException.AzuriteMissing, sandbox.Failed.ErrorId);
        Assert.Contains("no-azurite", sandbox.Failed.Error);
        Assert.Equal(1, await sandbox.WaitForExitAsync());
    }

    [Fact]
    public async Task A_program_that_is_no_Azurite_fails_the_start_with_what_it_said()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program of this test is a shell script.");
        using var folder = new TestFolder();
        using var program = new TestFolder();
        await File.WriteAllTextAsync(program.In("azurite-blob"), "#!/bin/sh\necho 'out of order' >&2\nexit 1\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program.In("azurite-blob"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var failure = await Assert.ThrowsAsync<SandboxStartException>(() => LocalSandbox.StartAsync(folder.Path, settings => settings with { StorageType = "Azure", AzuritePath = program.In("azurite-blob") }));
        Assert.Contains("out of order", failure.Message);
    }

    [Fact]
    public async Task Another_storage_type_is_a_wrong_setting()
    {
        using var folder = new TestFolder();
        var failure = await Assert.ThrowsAsync<SandboxStartException>(() => LocalSandbox.StartAsync(folder.Path, settings => settings with { StorageType = "Tape" }));
        Assert.Equal(SandboxStartException.SettingsInvalid, failure.ErrorId);
    }

    private static async Task<HttpResponseMessage> PutAsync(string endpoint, string signature)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"{endpoint}/sandbox/kept?{signature}")) { Content = new ByteArrayContent([1, 2, 3]) };
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        request.Headers.Add("x-ms-version", "2023-11-03");
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return LeftOverProcesses.IsSame(new(id, process.StartTime.ToUniversalTime(), ""));
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
