namespace RescaleInterlink.Sandbox.Tests.Support;

/// <summary>A data folder, with the state folder beside it, that goes with the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = LocalSandbox.NewFolder();
    public string StateHome => Path + "-state";

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        foreach (string folder in new[] { Path, StateHome }.Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
    }
}
