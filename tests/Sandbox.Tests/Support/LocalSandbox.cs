using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RescaleInterlink.Sandbox.Hosting;
using RescaleInterlink.Sandbox.Objects;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Tests.Support;

/// <summary>A sandbox inside the test's own process, on a folder of its own.</summary>
internal sealed class LocalSandbox : IAsyncDisposable
{
    private readonly SandboxHost _host;
    private readonly bool _ownsFolder;

    private LocalSandbox(SandboxHost host, bool ownsFolder)
    {
        _host = host;
        _ownsFolder = ownsFolder;
        Api = new ApiClient(host.Started);
    }

    public ApiClient Api { get; }
    public SandboxStarted Started => _host.Started;
    public ObjectRepository Objects => _host.Objects;
    public ObjectStorages Storages => _host.Storages;
    public int? AzuriteId => _host.AzuriteId;
    public Task StopAsked => _host.StopAsked;

    /// <param name="path">Null for a new folder that goes with the sandbox.</param>
    /// <param name="change">Changes the settings.</param>
    /// <param name="time">The sandbox's clock.</param>
    public static async Task<LocalSandbox> StartAsync(string? path = null, Func<SandboxSettings, SandboxSettings>? change = null, TimeProvider? time = null)
    {
        string folder = path ?? NewFolder();
        var settings = new SandboxSettings { Path = folder, StateHome = folder + "-state", WalltimeSecondsPerHour = 3600 };
        var host = await SandboxHost.StartAsync(change?.Invoke(settings) ?? settings, time ?? TimeProvider.System, TestContext.Current.CancellationToken);
        return new LocalSandbox(host, path is null);
    }

    public static string NewFolder() => Directory.CreateTempSubdirectory("sandbox-").FullName;

    /// <summary>Puts an encrypted object into storage (format v0) and registers it.</summary>
    /// <returns>The file's id.</returns>
    public async Task<string> AddFileAsync(string name, byte[] content, Action<JsonObject>? change = null)
        => (await RegisterAsync(name, content, change)).Expect(201).Id;

    public Task<string> AddFileAsync(string name, string content) => AddFileAsync(name, Encoding.UTF8.GetBytes(content));

    public async Task<Answer> RegisterAsync(string name, byte[] content, Action<JsonObject>? change = null)
    {
        byte[] key = RandomNumberGenerator.GetBytes(32), iv = RandomNumberGenerator.GetBytes(16);
        using var aes = Aes.Create();
        aes.Key = key;
        string path = await PutAsync(name, aes.EncryptCbc(content, iv), new() { ["iv"] = Convert.ToBase64String(iv) });
        var body = Registration(name, path, key, content);
        change?.Invoke(body);
        return await Api.PostAsync("/api/v3/files/", body);
    }

    /// <returns>The object's key.</returns>
    public async Task<string> PutAsync(string name, byte[] ciphertext, Dictionary<string, string> metadata)
    {
        string path = $"user/user_sandbox/{name}-{Guid.NewGuid():N}";
        using var bytes = new MemoryStream(ciphertext);
        await _host.Objects.PutAsync("sandbox", path, bytes, metadata, TestContext.Current.CancellationToken);
        return path;
    }

    public static JsonObject Registration(string name, string path, byte[] key, byte[] content) => new()
    {
        ["typeId"] = 1,
        ["name"] = name,
        ["currentFolderId"] = "MyLibrary",
        ["encodedEncryptionKey"] = Convert.ToBase64String(key),
        ["pathParts"] = new JsonObject { ["container"] = "sandbox", ["path"] = path },
        ["storage"] = new JsonObject { ["id"] = "sandboxStorage", ["storageType"] = "S3Storage", ["encryptionType"] = "default", ["connectionSettings"] = new JsonObject() },
        ["isUploaded"] = true,
        ["decryptedSize"] = content.Length,
        ["fileChecksums"] = new JsonArray(new JsonObject { ["hashFunction"] = "sha512", ["fileHash"] = Convert.ToHexStringLower(SHA512.HashData(content)) }),
    };

    /// <summary>Takes an output out of storage, decrypts it and checks size and hash.</summary>
    public async Task<byte[]> ReadAsync(JsonNode file)
    {
        var stored = _host.Objects.Find("sandbox", file["pathParts"]!["path"]!.GetValue<string>());
        Assert.NotNull(stored);
        using var ciphertext = new MemoryStream();
        await using (var content = _host.Objects.OpenRead(stored))
            await content.CopyToAsync(ciphertext, TestContext.Current.CancellationToken);
        using var aes = Aes.Create();
        aes.Key = Convert.FromBase64String(file["encodedEncryptionKey"]!.GetValue<string>());
        byte[] plaintext = aes.DecryptCbc(ciphertext.ToArray(), Convert.FromBase64String(stored.Metadata["iv"]));
        Assert.Equal(file["decryptedSize"]!.GetValue<long>(), plaintext.Length);
        Assert.Equal(file["fileChecksums"]![0]!["fileHash"]!.GetValue<string>(), Convert.ToHexStringLower(SHA512.HashData(plaintext)));
        return plaintext;
    }

    public async Task<string> ReadTextAsync(JsonNode file) => Encoding.UTF8.GetString(await ReadAsync(file));

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _host.DisposeAsync();
        if (!_ownsFolder)
            return;
        Directory.Delete(Started.Path, recursive: true);
        Directory.Delete(Started.Path + "-state", recursive: true);
    }
}
