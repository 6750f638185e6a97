using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>Announces a running sandbox in the user's state folder. Removed at a clean stop; a process start time tells a recycled process id after a kill.</summary>
internal sealed class StateFile : IDisposable
{
    private readonly string _path;

    private StateFile(string path) => _path = path;

    public static StateFile Write(string stateHome, SandboxStarted started)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(started.Path)))[..16];
        string folder = Path.Combine(stateHome, "sandboxes");
        PrivateFiles.CreateFolder(stateHome);
        PrivateFiles.CreateFolder(folder);
        using var self = Process.GetCurrentProcess();
        string startTime = self.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        var announcement = new Announcement(started.ApiUrl, started.S3Endpoint, started.ApiKey, started.Path, started.ProcessId, startTime, started.CertificatePath,
            started.StorageType, started.AzureEndpoint);
        var file = new StateFile(Path.Combine(folder, name + ".json"));
        PrivateFiles.Write(file._path, JsonSerializer.SerializeToUtf8Bytes(announcement, HostingJson.Default.Announcement));
        return file;
    }

    public void Dispose() => File.Delete(_path);
}
