using RescaleInterlink.Errors;
using RescaleInterlink.LocalSandbox;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.LocalSandbox;

public sealed class DotnetHostTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DotnetHostTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are shell scripts.");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_one_of_this_machine_is_found() => Assert.True(File.Exists(await DotnetHost.OfThisMachine.FindAsync(default)));

    [Fact]
    public async Task Without_any_dotnet_the_error_has_the_install_line()
    {
        var error = await Assert.ThrowsAsync<RescaleException>(() => new DotnetHost(_ => null, [_folder.Path]).FindAsync(default));
        Assert.Equal(ErrorIds.SandboxRuntimeMissing, error.ErrorId);
        Assert.Contains("10.0", error.RecommendedAction);
    }

    [Fact]
    public async Task One_that_lacks_the_runtime_is_passed_over()
    {
        var old = Make("old", "echo 'Microsoft.AspNetCore.App 8.0.1 [/x]'; echo 'Microsoft.NETCore.App 10.0.1 [/x]'");
        var good = Make("good", "echo 'Microsoft.AspNetCore.App 10.0.3 [/x]'");
        var both = new DotnetHost(name => name == "PATH" ? $"{Path.GetDirectoryName(old)}:/nowhere:{Path.GetDirectoryName(good)}" : null, []);
        Assert.Equal(good, await both.FindAsync(default));

        var error = await Assert.ThrowsAsync<RescaleException>(() => new DotnetHost(name => name == "PATH" ? Path.GetDirectoryName(old) : null, []).FindAsync(default));
        Assert.Equal(ErrorIds.SandboxRuntimeMissing, error.ErrorId);
        Assert.Contains(old, error.Message);
    }

    [Fact]
    public async Task Dotnet_root_comes_before_the_path()
    {
        var a = Make("a", "echo 'Microsoft.AspNetCore.App 10.0.3 [/x]'");
        var b = Make("b", "echo 'Microsoft.AspNetCore.App 10.0.3 [/x]'");
        Assert.Equal(b, await new DotnetHost(name => name == "PATH" ? Path.GetDirectoryName(a) : name == "DOTNET_ROOT" ? Path.GetDirectoryName(b) : null, []).FindAsync(default));
    }

    [Fact]
    public async Task A_link_on_the_path_is_followed_to_its_runtimes()
    {
        // It would list nothing; the folder beside the real program decides.
        var real = Make("real", "exit 1");
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(real)!, "shared", "Microsoft.AspNetCore.App", "10.0.1"));
        var bin = Directory.CreateDirectory(_folder.File("bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(bin, "dotnet"), real);
        Assert.Equal(Path.Combine(bin, "dotnet"), await new DotnetHost(name => name == "PATH" ? bin : null, []).FindAsync(default));
    }

    private string Make(string folder, string script)
    {
        var program = Path.Combine(Directory.CreateDirectory(_folder.File(folder)).FullName, "dotnet");
        File.WriteAllText(program, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return program;
    }
}
