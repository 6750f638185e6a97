using System.Text.Json;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>The data folder of one sandbox, held by one process at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream heldLock)
    {
        Path = path;
        _lock = heldLock;
    }

    public string Path { get; }
    public string Journal => In("records.journal");
    public string Storage => In("storage");
    public string Runs => In("runs");
    public string Credentials => In("credentials");
    public string Log => In("sandbox.log");
    public string Certificate => In("certificate.pem");
    public string CertificateKey => In("certificate.pfx");
    private string IdentityPath => In("identity.json");

    /// <exception cref="SandboxStartException">Another sandbox holds it.</exception>
    public static DataFolder Open(string path)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        PrivateFiles.CreateFolder(path);
        try
        {
            var held = new FileStream(System.IO.Path.Combine(path, "sandbox.lock"), PrivateFiles.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return new DataFolder(path, held);
        }
        catch (IOException failure)
        {
            throw new SandboxStartException(SandboxStartException.FolderInUse, $"Another sandbox runs on '{path}'.", failure);
        }
    }

    /// <summary>Null in a new folder.</summary>
    public Identity? ReadIdentity()
        => File.Exists(IdentityPath) ? JsonSerializer.Deserialize(File.ReadAllBytes(IdentityPath), HostingJson.Default.Identity) : null;

    public void Remember(Identity identity)
        => PrivateFiles.Write(IdentityPath, JsonSerializer.SerializeToUtf8Bytes(identity, HostingJson.Default.Identity));

    public void Dispose() => _lock.Dispose();

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
