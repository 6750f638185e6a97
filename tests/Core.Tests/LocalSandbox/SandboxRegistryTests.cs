using System.Diagnostics;
using System.Globalization;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.LocalSandbox;

public sealed class SandboxRegistryTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_living_process_with_its_start_time_is_a_sandbox_in_either_notation()
    {
        using var self = Process.GetCurrentProcess();
        var start = self.StartTime.ToUniversalTime();
        Write("a", Environment.ProcessId, start.Ticks.ToString(CultureInfo.InvariantCulture));
        Write("b", Environment.ProcessId, start.ToString("O"));
        Assert.Equal(2, SandboxLauncher.Find(_home.Path).Count);
    }

    [Fact]
    public void A_recycled_process_number_is_told_by_the_start_time_and_its_file_removed()
    {
        using var self = Process.GetCurrentProcess();
        var file = Write("a", Environment.ProcessId, self.StartTime.ToUniversalTime().AddHours(-1).Ticks.ToString(CultureInfo.InvariantCulture));
        Assert.Empty(SandboxLauncher.Find(_home.Path));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Of_a_dead_process_the_file_is_removed()
    {
        var file = Write("a", int.MaxValue - 1, "0");
        Assert.Empty(SandboxLauncher.Find(_home.Path));
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"apiUrl\":\"http://127.0.0.1:1/\"}")]
    [InlineData("{\"apiUrl\":\"http://evil.example/\",\"s3Endpoint\":\"http://127.0.0.1:1/\",\"apiKey\":\"k\",\"path\":\"/p\",\"processId\":1}")]
    [InlineData("{\"apiUrl\":\"http://127.0.0.1:1/\",\"s3Endpoint\":\"http://127.0.0.1:1/\",\"apiKey\":\"k\",\"path\":\"/p\",\"processId\":-1}")]
    public void Anything_else_in_the_folder_is_passed_over(string content)
    {
        Directory.CreateDirectory(Path.Combine(_home.Path, "sandboxes"));
        File.WriteAllText(Path.Combine(_home.Path, "sandboxes", "x.json"), content);
        Assert.Empty(SandboxLauncher.Find(_home.Path));
    }

    [Fact]
    public void Without_the_folder_there_is_none() => Assert.Empty(SandboxLauncher.Find(_home.File("missing")));

    private string Write(string name, int processId, string startTime)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_home.Path, "sandboxes")).FullName;
        var file = Path.Combine(folder, name + ".json");
        File.WriteAllText(file, $$"""{"apiUrl":"http://127.0.0.1:1/","s3Endpoint":"http://127.0.0.1:2/","apiKey":"k","path":"/p/{{name}}","processId":{{processId}},"processStartTime":"{{startTime}}","certificatePath":null}""");
        return file;
    }
}
