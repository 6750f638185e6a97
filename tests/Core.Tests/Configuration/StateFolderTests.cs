using RescaleInterlink.Configuration;

namespace RescaleInterlink.Core.Tests.Configuration;

public class StateFolderTests
{
    [Fact]
    public void The_variable_wins_everywhere()
    {
        Assert.Equal(Path.GetFullPath("/x/y"), Locate(windows: false, ("RESCALE_STATE_HOME", "/x/y"), ("XDG_STATE_HOME", "/z")));
        Assert.Equal(Path.GetFullPath("/x/y"), Locate(windows: true, ("RESCALE_STATE_HOME", "/x/y"), ("LOCALAPPDATA", "/z")));
    }

    [Fact]
    public void Windows_uses_local_application_data()
        => Assert.Equal(Path.Combine("/local", "Rescale", "RescaleInterlink", "state"), Locate(windows: true, ("LOCALAPPDATA", "/local")));

    [Fact]
    public void Unix_uses_the_xdg_folder_unless_it_is_relative()
    {
        Assert.Equal("/xdg/rescale-interlink", Locate(windows: false, ("XDG_STATE_HOME", "/xdg"), ("HOME", "/home/u")));
        Assert.Equal("/home/u/.local/state/rescale-interlink", Locate(windows: false, ("XDG_STATE_HOME", "xdg"), ("HOME", "/home/u")));
        Assert.Equal("/home/u/.local/state/rescale-interlink", Locate(windows: false, ("HOME", "/home/u")));
    }

    [Fact]
    public void A_new_folder_is_for_its_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows folders have access lists, inherited from the profile.");
        var top = Directory.CreateTempSubdirectory("rescale-test-").FullName;
        try
        {
            var made = StateFolder.Create(Path.Combine(top, "a", "b"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, made.UnixFileMode);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, made.Parent!.UnixFileMode);
        }
        finally
        {
            Directory.Delete(top, recursive: true);
        }
    }

    private static string Locate(bool windows, params (string Name, string Value)[] variables)
        => StateFolder.Locate(name => variables.FirstOrDefault(v => v.Name == name).Value, windows);
}
