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
    public string Azurite => In("azurite");
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
        catch (IOException failure) when (IsHeld(failure))
        {
            throw new SandboxStartException(SandboxStartException.FolderInUse, $"Another sandbox runs on '{path}'.", failure);
        }
    }

    /// <summary>Null in a new folder.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or the records that belong to it are gone.</exception>
    public Identity? ReadIdentity()
    {
        if (!File.Exists(IdentityPath))
            return null;
        // A sandbox has records before it has an identity; to begin anew without them would lose every file and job without a word.
        if (!(new FileInfo(Journal) is { Exists: true, Length: > 0 }))
            throw new InvalidDataException($"The records in '{Journal}' are gone. Put the file back, or begin with an empty folder.");
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(IdentityPath), HostingJson.Default.Identity)
                ?? throw new InvalidDataException($"'{IdentityPath}' is empty. Delete it to get a new key and new ports.");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException($"'{IdentityPath}' cannot be read. Delete it to get a new key and new ports.", failure);
        }
    }

    public void Remember(Identity identity)
        => PrivateFiles.Write(IdentityPath, JsonSerializer.SerializeToUtf8Bytes(identity, HostingJson.Default.Identity));

    /// <summary>A lock that another process holds, and not a full or read-only disk: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION.</summary>
    private static bool IsHeld(IOException failure)
        => OperatingSystem.IsWindows() ? (failure.HResult & 0xFFFF) == 32 : failure.HResult == (OperatingSystem.IsMacOS() ? 35 : 11);

    public void Dispose() => _lock.Dispose();

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
