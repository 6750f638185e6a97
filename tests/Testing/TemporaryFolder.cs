namespace RescaleInterlink.Testing;

/// <summary>A folder of its own for a test; gone when disposed.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(string? under = null) =>
        Path = Directory.CreateDirectory(System.IO.Path.Combine(under ?? System.IO.Path.GetTempPath(), "rescale-test-" + Guid.NewGuid().ToString("n"))).FullName;

    public string Path { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Names of everything beneath, sorted.</summary>
    public IReadOnlyList<string> Names() =>
        [.. Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories)
            .Select(path => System.IO.Path.GetRelativePath(Path, path)).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
