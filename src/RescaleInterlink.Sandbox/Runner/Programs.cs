namespace RescaleInterlink.Sandbox.Runner;

/// <summary>Finds programs on the PATH.</summary>
internal static class Programs
{
    public static string? Find(string name)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
