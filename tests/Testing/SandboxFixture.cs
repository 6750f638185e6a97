using System.Diagnostics;
using System.Text;
using System.Text.Json;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Networking;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Testing;

/// <summary>A real sandbox process with its own data and state folders, ended (by its number) with the fixture.</summary>
public sealed class SandboxFixture : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SandboxOptions _options;
    private HttpClient _control = null!;

    private SandboxFixture(SandboxOptions options)
        => _options = options with { Path = options.Path ?? _folder.File("data"), StateHome = options.StateHome ?? _folder.File("state"), AllowFaults = true };

    public SandboxInstance Instance { get; private set; } = null!;

    /// <summary>Data folder of the sandbox.</summary>
    public string DataFolder => _options.Path!;

    /// <summary>State folder in which the sandbox tells where it runs.</summary>
    public string StateHome => _options.StateHome!;

    /// <summary>Folder of the sources that the running tests were built from.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The built program of the same configuration as the running tests.</summary>
    public static string ProgramPath { get; } = FindProgram();

    /// <param name="options">Folders that are null become temporary ones.</param>
    public static async Task<SandboxFixture> StartAsync(SandboxOptions? options = null, CancellationToken cancellationToken = default)
    {
        var fixture = new SandboxFixture(options ?? new SandboxOptions());
        try
        {
            await fixture.StartProcessAsync(cancellationToken);
            return fixture;
        }
        catch
        {
            fixture._folder.Dispose();
            throw;
        }
    }

    public Task<RescaleSession> ConnectAsync(ApiPolicy? policy = null, CancellationToken cancellationToken = default) => RescaleSession.ConnectAsync(
        new ConnectOptions(Instance.ApiUrl.AbsoluteUri, new ApiKey(Instance.ApiKey)) { CertificatePath = Instance.CertificatePath, StateFolder = StateHome, Policy = policy ?? new ApiPolicy() },
        cancellationToken);

    /// <summary>Posts a fault plan; it replaces the one before.</summary>
    /// <param name="rules">JSON objects, one for each rule.</param>
    public async Task SetFaultsAsync(params string[] rules)
    {
        using var body = new StringContent($$"""{"seed":1,"rules":[{{string.Join(',', rules)}}]}""", Encoding.UTF8, "application/json");
        using var response = await _control.PutAsync(new Uri("/sandbox/faults/", UriKind.Relative), body);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"The sandbox refused the fault plan: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    public async Task ClearFaultsAsync()
    {
        using var response = await _control.DeleteAsync(new Uri("/sandbox/faults/", UriKind.Relative));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>How often each rule of the fault plan has struck, in their order.</summary>
    public async Task<IReadOnlyList<long>> GetFiredFaultsAsync()
    {
        using var answer = JsonDocument.Parse(await _control.GetStringAsync(new Uri("/sandbox/faults/", UriKind.Relative)));
        return [.. answer.RootElement.GetProperty("rules").EnumerateArray().Select(static rule => rule.GetProperty("fired").GetInt64())];
    }

    /// <summary>What the sandbox has counted: requests by method and route, bytes by listener.</summary>
    public async Task<JsonElement> GetCountersAsync()
    {
        using var answer = JsonDocument.Parse(await _control.GetStringAsync(new Uri("/sandbox/requests/", UriKind.Relative)));
        return answer.RootElement.Clone();
    }

    /// <summary>How many calls of a scope the sandbox has let pass, and how many it has refused with a 429.</summary>
    public async Task<(long Granted, long Refused)> CountLimitedAsync(string scope)
    {
        using var answer = JsonDocument.Parse(await _control.GetStringAsync(new Uri("/sandbox/limits/", UriKind.Relative)));
        var counts = answer.RootElement.GetProperty(scope);
        return (counts.GetProperty("granted").GetInt64(), counts.GetProperty("refused").GetInt64());
    }

    /// <param name="route">Template of the API's route (<c>/api/v3/files/{id}/</c>), or name of the storage's operation.</param>
    /// <param name="listener"><c>api</c>, <c>s3</c> or <c>azure</c>.</param>
    public async Task<long> CountRequestsAsync(string method, string route, string listener = "api")
    {
        var counters = await GetCountersAsync();
        return counters.GetProperty(listener).GetProperty("requests").TryGetProperty($"{method} {route}", out var count) ? count.GetInt64() : 0;
    }

    /// <summary>Ends the process as a crash does, without any warning, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        try
        {
            using var process = Process.GetProcessById(Instance.ProcessId);
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(TestPatience.Long);
        }
        catch (ArgumentException)
        {
            // It was gone already.
        }
    }

    /// <summary>Starts it again on the same folder: the same ports, the same key.</summary>
    public Task RestartAsync(CancellationToken cancellationToken = default)
    {
        _control.Dispose();
        return StartProcessAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        using (var limit = new CancellationTokenSource(TestPatience.Long))
        {
            try
            {
                await SandboxLauncher.StopAsync(Instance, limit.Token);
            }
            catch (Errors.RescaleException e) when (e.ErrorId == Errors.ErrorIds.SandboxNotRunning)
            {
                // The test ended it.
            }
        }

        _folder.Dispose();
    }

    private async Task StartProcessAsync(CancellationToken cancellationToken)
    {
        Instance = await SandboxLauncher.StartAsync(ProgramPath, _options, cancellationToken);
        _control = new HttpClient(HttpTransport.Create(new NetworkOptions(Instance.CertificatePath))) { BaseAddress = Instance.ApiUrl };
        _control.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", new ApiKey(Instance.ApiKey).AuthorizationHeader);
    }

    private static string FindProgram()
    {
        // .../tests/<suite>/bin/<configuration>/net10.0/
        var output = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(RepositoryRoot, "src", "RescaleInterlink.Sandbox", "bin", output.Parent!.Name, output.Name, "RescaleInterlink.Sandbox.dll");
    }

    private static string FindRoot()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "RescalePS.sln")))
            root = root.Parent;
        return root?.FullName ?? throw new InvalidOperationException("The tests do not run within the repository.");
    }
}
